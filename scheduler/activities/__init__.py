"""What happens and when: activities, their dates, and the parts that people take."""

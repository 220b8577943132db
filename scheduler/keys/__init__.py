"""Keys for programs: the pages and end-points where people and bodies make, list and close tokens.

What a token is and opens is in parties/api_tokens.py: whoever signs in by one is somebody.
"""

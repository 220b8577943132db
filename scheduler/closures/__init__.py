"""When nothing takes place: public holidays, and a body's own closed days and school terms."""

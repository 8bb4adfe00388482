"""The door for requests one by one: a table of routes, and the one way in which all of them are handled."""

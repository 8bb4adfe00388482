"""Load on a timetable: what is sent does not wait for what is answered, so a slow answer delays nothing but itself."""

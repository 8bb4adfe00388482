"""Load by users who behave like buyers, providers and onlookers, under locust."""

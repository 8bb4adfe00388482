"""Everything that speaks SQL; the only importer of asyncpg."""

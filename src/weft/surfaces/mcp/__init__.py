"""The Model Context Protocol: every skill, the records, the changes and the runs as tools for any agent."""

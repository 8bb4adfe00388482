"""The client that the package brings: without connections, against a server that fails on purpose, and against ours."""

"""The commands, one a file; each file holds its command under the name `command`."""

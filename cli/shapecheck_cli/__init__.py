"""The command line: argv, one library call, one writer, an exit code. `main` is the entry; a command is a file."""

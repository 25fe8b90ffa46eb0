"""The commands of `derive`, one module each. What takes long to import is imported inside the commands, so that --help is quick."""

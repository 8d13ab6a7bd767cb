"""What things are: frozen structs and enums, no I/O."""

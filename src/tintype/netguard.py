"""Which addresses anything of ours may talk to. Pure: no sockets, no names looked up."""

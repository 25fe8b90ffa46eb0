"""Workers that judge: a unit of work is text, so that it can be done by a process of this machine or on a cluster."""

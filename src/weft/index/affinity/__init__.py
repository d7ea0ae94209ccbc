"""What goes with what: learned from orders and behavior, chosen by how well it would have told what came next."""

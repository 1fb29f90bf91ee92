"""Session descriptions: offers read strictly, answers written, fragments of ICE."""

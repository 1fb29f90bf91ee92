"""Address and phone that a notice keeps for those who ask (特定商取引法 11条ただし書): told by mail at once, and logged."""

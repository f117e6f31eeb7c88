"""The API's own matter: tokens, kept answers, pace, webhooks; and the door through which every request comes."""

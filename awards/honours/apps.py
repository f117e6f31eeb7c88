"""App configuration."""

from django.apps import AppConfig


class HonoursConfig(AppConfig):
    name = "awards.honours"
    label = "honours"
    verbose_name = "荣誉"

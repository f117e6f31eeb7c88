"""Static files: hashed names and gzip. Brotli at full strength took 51 s in trials, so it is off."""

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage with gzip only; a file missing from the manifest is served under its plain name."""

    manifest_strict = False

    def create_compressor(self, **kwargs) -> Compressor:
        return super().create_compressor(**{**kwargs, "use_brotli": False})

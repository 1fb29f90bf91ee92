"""Users' pictures: judged, decoded in a child process, always re-encoded. Our own art: `images.art`."""

from nakamise.images.errors import ImageRefused, ImagesBusy, ImageWorkerFailed
from nakamise.images.ingest import Limits, Picture, Rendition, ingest

__all__ = ["ImageRefused", "ImageWorkerFailed", "ImagesBusy", "Limits", "Picture", "Rendition", "ingest"]

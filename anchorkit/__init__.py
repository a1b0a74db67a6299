"""anchorkit: the best anchor boxes for a YOLO detector.

Names are loaded when they are first used, so that `import anchorkit` stays light.
"""

from __future__ import annotations

from importlib import import_module

from anchorkit._version import __version__

# Not typing's: until the command line is in its own hands, Ctrl-C is a traceback, and typing takes
# as long to load as all the rest of this
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from anchorkit.boxes import Boxes
    from anchorkit.clustering import Clustering, cluster
    from anchorkit.darknet.cost import Cost, network_cost
    from anchorkit.darknet.output_size import output_size
    from anchorkit.darknet.replacing import replace_anchors
    from anchorkit.darknet.sections import Cfg, read_cfg
    from anchorkit.errors import AnchorkitError
    from anchorkit.load_report import Problem, Report
    from anchorkit.loaders.voc import load_voc
    from anchorkit.network_input import NetworkInput
    from anchorkit.overlap import iou
    from anchorkit.quality import Quality, evaluate

__all__ = [
    "AnchorkitError",
    "Boxes",
    "Cfg",
    "Clustering",
    "Cost",
    "NetworkInput",
    "Problem",
    "Quality",
    "Report",
    "__version__",
    "cluster",
    "evaluate",
    "iou",
    "load_voc",
    "network_cost",
    "output_size",
    "read_cfg",
    "replace_anchors",
]

_HOMES = {
    "AnchorkitError": "errors",
    "Boxes": "boxes",
    "Cfg": "darknet.sections",
    "Clustering": "clustering",
    "Cost": "darknet.cost",
    "NetworkInput": "network_input",
    "Problem": "load_report",
    "Quality": "quality",
    "Report": "load_report",
    "cluster": "clustering",
    "evaluate": "quality",
    "iou": "overlap",
    "load_voc": "loaders.voc",
    "network_cost": "darknet.cost",
    "output_size": "darknet.output_size",
    "read_cfg": "darknet.sections",
    "replace_anchors": "darknet.replacing",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)

"""The boxes of a data set: all that loaders and computation share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from anchorkit.errors import DataError
from anchorkit.load_report import Remark, Report, merged
from anchorkit.network_input import NetworkInput

__all__ = ["Boxes", "boxes_of", "concatenated"]


@dataclass(frozen=True, eq=False)
class Boxes:
    """Sizes of all boxes of a data set, as fractions of their images.

    Rows are in the order of the files (sorted by path) and, within a file, of the objects.

    Attributes
    ----------
    sizes
        (n, 2) float64, columns width and height, fractions of the image, in (0, 1].
    centres
        (n, 2) float64, columns x and y of each box's centre, fractions of the image; None where
        nobody kept them, as in boxes saved by earlier versions.
    image_ids
        (n,) int32, for each box the row of its image in `image_sizes` and `image_names`.
    class_ids
        (n,) int32, for each box the index of its class in `class_names`.
    difficult, truncated
        (n,) bool, the flags of the annotation; False where it has none.
    image_sizes
        (m, 2) float64, width and height of each image in pixels; NaN where unknown.
    image_names
        m names, the annotation's path below its data set, without the extension.
    class_names
        Distinct names of the classes.
    report
        What was seen, left out, filtered and altered on the way here.
    image_files
        m paths, the annotation of each image as the problems of the report name it; empty where the
        format has no file per image.
    image_sets
        For each image set that was kept: the paths of the annotations it lists.
    class_list
        The classes that the data set lists, by their numbers, whether or not a box has them; empty
        where it has no list.
    """

    sizes: NDArray[np.float64]
    image_ids: NDArray[np.int32]
    class_ids: NDArray[np.int32]
    difficult: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    image_sizes: NDArray[np.float64]
    image_names: tuple[str, ...]
    class_names: tuple[str, ...]
    report: Report = field(default_factory=Report)
    image_files: tuple[str, ...] = ()
    image_sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    centres: NDArray[np.float64] | None = None
    class_list: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.sizes)

    @property
    def class_counts(self) -> dict[str, int]:
        """How many boxes each class has, by its name."""
        counts = np.bincount(self.class_ids, minlength=len(self.class_names)).tolist()
        return dict(zip(self.class_names, counts, strict=True))

    @property
    def images(self) -> int:
        """How many images there are, those without boxes among them."""
        return len(self.image_names)

    def at_input(self, network: NetworkInput) -> NDArray[np.float64]:
        """Box sizes in pixels of the network's input.

        Parameters
        ----------
        network
            The input, and how training brings images to it.

        Returns
        -------
        (n, 2) float64, columns width and height, pixels at input.

        Raises
        ------
        DataError
            Where letterboxing needs the size of an image that has none.

        Examples
        --------
        >>> from anchorkit.boxes import boxes_of
        >>> from anchorkit.network_input import NetworkInput
        >>> wide = boxes_of([(0.5, 0.5)], image_size=(800, 400))
        >>> wide.at_input(NetworkInput(416, 416))
        array([[208., 208.]])
        >>> wide.at_input(NetworkInput(416, 416, "letterbox"))
        array([[208., 104.]])
        """
        if network.resize == "stretch":
            return self.sizes * np.asarray(network.size, dtype=np.float64)
        used = np.unique(self.image_ids)
        unknown = used[~np.isfinite(self.image_sizes[used]).all(axis=1)]
        if len(unknown):
            more = f" (and of {len(unknown) - 1:,} more)" if len(unknown) > 1 else ""
            raise DataError(
                f"{self.image_names[unknown[0]]}: letterbox needs the size of the image{more}, "
                "which the annotations do not tell: --images DIR reads it from the images"
            )
        scales = (np.asarray(network.size, dtype=np.float64) / self.image_sizes).min(axis=1)
        scaled: NDArray[np.float64] = self.image_sizes * scales[:, None]
        return self.sizes * scaled[self.image_ids]

    def placed(self, what: str) -> NDArray[np.float64]:
        """The centres, for what cannot do without.

        Parameters
        ----------
        what
            What needs them, for the error.

        Raises
        ------
        DataError
            Where they are not known.
        """
        if self.centres is None:
            raise DataError(
                f"{what} needs to know where boxes lie, which files of boxes saved by an earlier "
                "version do not tell: extract them anew"
            )
        return self.centres

    def where(self, keep: NDArray[np.bool_], filtered_by: str) -> "Boxes":
        """The boxes for which `keep` is true; the others are counted as filtered.

        Parameters
        ----------
        keep
            (n,) bool.
        filtered_by
            The name in `load_report.FILTERS` under which the others are counted.
        """
        dropped = int(len(keep) - np.count_nonzero(keep))
        counts = dict(self.report.filtered)
        if dropped:
            counts[filtered_by] = counts.get(filtered_by, 0) + dropped
        return replace(
            self,
            sizes=self.sizes[keep],
            centres=None if self.centres is None else self.centres[keep],
            image_ids=self.image_ids[keep],
            class_ids=self.class_ids[keep],
            difficult=self.difficult[keep],
            truncated=self.truncated[keep],
            report=replace(self.report, filtered=counts),
        )


def boxes_of(
    sizes: Sequence[tuple[float, float]],
    *,
    centres: Sequence[tuple[float, float]] | None = None,
    image_size: tuple[float, float] = (1.0, 1.0),
) -> Boxes:
    """Boxes of a single image and class, for trying things out.

    Parameters
    ----------
    sizes
        Width and height of each box, fractions of the image.
    centres
        x and y of each box's centre, fractions of the image; None: all in the middle.
    image_size
        Width and height of the image, pixels.

    Examples
    --------
    >>> len(boxes_of([(0.5, 0.25), (0.1, 0.1)]))
    2
    """
    count = len(sizes)
    middle = [(0.5, 0.5)] * count
    return Boxes(
        sizes=np.asarray(sizes, dtype=np.float64).reshape(count, 2),
        centres=np.asarray(middle if centres is None else centres, dtype=np.float64).reshape(
            count, 2
        ),
        image_ids=np.zeros(count, dtype=np.int32),
        class_ids=np.zeros(count, dtype=np.int32),
        difficult=np.zeros(count, dtype=np.bool_),
        truncated=np.zeros(count, dtype=np.bool_),
        image_sizes=np.asarray([image_size], dtype=np.float64),
        image_names=("image",),
        class_names=("object",),
        report=Report(files=1, images=1, objects=count),
    )


def concatenated(parts: Sequence[Boxes]) -> Boxes:
    """Several loads as one, in the order given; classes of the same name become one.

    Classes stay sorted where all parts have them sorted, so that shards make the same whole. Where
    a part does not know where its boxes lie, the whole does not.

    Examples
    --------
    >>> both = concatenated([boxes_of([(0.5, 0.5)]), boxes_of([(0.2, 0.1)])])
    >>> both.images, both.class_names, both.image_ids.tolist()
    (2, ('object',), [0, 1])
    """
    if len(parts) == 1:
        return parts[0]
    names = tuple(dict.fromkeys(name for part in parts for name in part.class_names))
    if all(list(part.class_names) == sorted(part.class_names) for part in parts):
        names = tuple(sorted(names))
    sets = dict.fromkeys(name for part in parts for name in part.image_sets)
    index_of = {name: row for row, name in enumerate(names)}
    first_image = np.cumsum([0, *(part.images for part in parts)])
    renamed = [
        np.asarray([index_of[name] for name in part.class_names], dtype=np.int32)[part.class_ids]
        for part in parts
    ]
    centres, dropped = _joined_centres(parts)
    return Boxes(
        sizes=np.concatenate([part.sizes for part in parts]),
        centres=centres,
        image_ids=np.concatenate(
            [
                part.image_ids + np.int32(first)
                for part, first in zip(parts, first_image, strict=False)
            ]
        ),
        class_ids=np.concatenate(renamed),
        difficult=np.concatenate([part.difficult for part in parts]),
        truncated=np.concatenate([part.truncated for part in parts]),
        image_sizes=np.concatenate([part.image_sizes for part in parts]),
        image_names=tuple(name for part in parts for name in part.image_names),
        class_names=names,
        report=merged([*(part.report for part in parts), Report(remarks=dropped)]),
        image_files=tuple(file for part in parts for file in part.image_files),
        image_sets={
            name: tuple(file for part in parts for file in part.image_sets.get(name, ()))
            for name in sets
        },
        class_list=parts[0].class_list if len({part.class_list for part in parts}) == 1 else (),
    )


def _joined_centres(
    parts: Sequence[Boxes],
) -> tuple[NDArray[np.float64] | None, tuple[Remark, ...]]:
    """Centres of all parts, and what is to be said where some parts have none."""
    known = [part.centres for part in parts if part.centres is not None]
    without = sum(len(part) for part in parts if part.centres is None)
    if len(known) == len(parts) or (known and not without):
        return np.concatenate(known), ()
    if not any(len(centres) for centres in known):
        return None, ()
    lost = f"{without:,} of {sum(map(len, parts)):,} boxes do not tell where they lie"
    return None, (Remark("note", f"{lost}, as an earlier version saved them: no positions"),)

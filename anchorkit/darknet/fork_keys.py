"""Keys and activations that one darknet knows and another does not.

Tested in tests/darknet/test_sections.py.
"""

__all__ = ["ALIASES_OF_HANK_AI", "LACKING", "LATER_ACTIVATIONS", "is_refused", "unread_keys"]

_ONLY_PJREDDIE = frozenset({"deconvolutional", "iseg", "l2norm", "logistic"})
LACKING = {
    "AlexeyAB": _ONLY_PJREDDIE,
    "pjreddie": frozenset(
        {
            *("Gaussian_yolo", "contrastive", "conv_lstm", "history", "implicit", "local_avgpool"),
            *("reorg3d", "sam", "scale_channels", "silence"),
        }
    ),
    "hank-ai": _ONLY_PJREDDIE
    | {
        *("activation", "batchnorm", "conv_lstm", "crop", "detection", "gru", "history"),
        *("implicit", "local", "normalization", "reorg", "silence"),
    },
}
"""Layers that one darknet does not have, and another has."""

ALIASES_OF_HANK_AI = frozenset({"conv", "local_avg", "max", "network"})
"""The second names of section types that hank-ai's darknet knows too."""

_OF_ALL_LAYERS = "burnin_update clip dont_update dontload dontloadscales learning_rate onlyforward \
    stopbackward train_only_bn"
_OF_HEADS = "anchors beta_nms classes cls_normalizer counters_per_class delta_normalizer \
    ignore_thresh iou_loss iou_normalizer iou_thresh iou_thresh_kind jitter label_smooth_eps map \
    mask max max_delta nms_kind num obj_normalizer objectness_smooth random resize scale_x_y \
    truth_thresh"
_POOLED = "padding size stride stride_x stride_y"
_RECURRENT = "activation batch_normalize hidden output shortcut"
_HANK_AI = {
    "net": "B1 B2 adam adversarial_lr angle aspect attention augment_speed \
        badlabels_rejection_percentage batch blur burn_in channels contrastive contrastive_color \
        contrastive_jit_flip cutmix decay dynamic_minibatch ema_alpha eps equidistant_point \
        exposure flip gamma gaussian_noise height hue inputs label_smooth_eps learning_rate \
        learning_rate_min letter_box loss_scale max_batches max_chart_loss mixup momentum mosaic \
        mosaic_bound num_sigmas_reject_badlabels optimized_memory policy power resize_step \
        saturation scale scales seq_scales sequential_subdivisions sgdr_cycle sgdr_mult \
        show_receptive_field step steps subdivisions time_steps track try_fix_nan use_cuda_graph \
        weights_reject_freq width workspace_size_limit_MB",
    "convolutional": "activation angle antialiasing assisted_excitation batch_normalize \
        bin_output binary cbn coordconv dilation dot filters flipped grad_centr groups pad padding \
        reverse rotate share_index size stream stretch stretch_sway stride stride_x stride_y sway \
        wait_stream xnor",
    "route": "group_id groups layers stream wait_stream",
    "maxpool": f"{_POOLED} antialiasing maxpool_depth maxpool_zero_nonmax out_channels",
    "local_avgpool": _POOLED,
    "yolo": f"{_OF_HEADS} dets_for_show dets_for_track embedding_layer focal_loss new_coords \
        sim_thresh track_ciou_norm track_history_size",
    "Gaussian_yolo": f"{_OF_HEADS} uc_normalizer yolo_point",
    "region": "absolute anchors bias_match class_scale classes classfix coord_scale coords \
        focal_loss jitter log map mask_scale max noobject_scale num object_scale random rescore \
        resize softmax sqrt thresh tree",
    "upsample": "scale stride",
    "shortcut": "activation from weights_normalization weights_type",
    "connected": "activation batch_normalize output",
    "crnn": f"{_RECURRENT} dilation groups pad padding size stride xnor",
    "rnn": f"{_RECURRENT} logistic",
    "lstm": "batch_normalize output",
    "reorg3d": "reverse stride",
    "avgpool": "",
    "cost": "ratio scale type",
    "contrastive": "classes cls_normalizer contrastive_neg_max max_delta temperature yolo_layer",
    "softmax": "groups noloss spatial temperature tree",
    "scale_channels": "activation from scale_wh",
    "sam": "activation from",
    "dropout": "dropblock dropblock_size_abs dropblock_size_rel probability",
}
_KNOWN_TO_HANK_AI = {
    kind: frozenset(keys.split()) | (set() if kind == "net" else set(_OF_ALL_LAYERS.split()))
    for kind, keys in _HANK_AI.items()
}

_UNREAD = {
    "pjreddie": {
        "convolutional": ("antialiasing", "dilation", "share_index", "stride_x", "stride_y"),
        "crnn": ("hidden", "output"),
        "maxpool": ("antialiasing", "maxpool_depth", "stride_x", "stride_y"),
        "rnn": ("hidden",),
        "route": ("groups",),
        "shortcut": ("weights_type",),
    },
    "AlexeyAB": {"crnn": ("hidden_filters", "output_filters"), "reorg": ("extra",)},
}
"""Keys that decide on sizes, weights or operations, and that one darknet does not read."""

LATER_ACTIVATIONS = frozenset(
    {
        *("gelu", "hard_mish", "mish", "normalize_channels", "normalize_channels_softmax"),
        *("normalize_channels_softmax_maxval", "relu6", "revleaky", "swish"),
    }
)
"""Activations that pjreddie's darknet does not have: it takes ReLU instead."""


def is_refused(kind: str, key: str) -> bool:
    """Whether hank-ai's darknet, which refuses unknown keys, does not know a key of a section.

    Its layers and keys are those of its versions 3 to 5. Some keys it reads only beside others:
    these pass here.

    Examples
    --------
    >>> is_refused("net", "max_crop"), is_refused("net", "letter_box"), is_refused("yolo", "clip")
    (True, False, False)
    """
    known = _KNOWN_TO_HANK_AI.get(kind)
    return known is not None and key not in known


def unread_keys(kind: str) -> list[tuple[str, str]]:
    """Keys of a section that a darknet does not read, though another builds the layer by them.

    Examples
    --------
    >>> unread_keys("route")
    [('pjreddie', 'groups')]
    """
    return [(fork, key) for fork, kinds in _UNREAD.items() for key in kinds.get(kind, ())]

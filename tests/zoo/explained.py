"""Disagreements with published figures that are understood; each is checked to be still needed.

A region-proposal network runs its head once a proposal, and proposals depend on numbers. The
published figures come from trained weights on a picture of noise, ours from random weights. A
proposal costs a box head 7·7·256·1024 + 1024² + 5·91·1024 = 14,359,552 MACs, and the differences
are whole numbers of them: 150 of 150 (mobilenet 320), 1,000 of 1,000 (mobilenet), 721 (resnet50).
"""

from __future__ import annotations

MACS_PER_PROPOSAL = 7 * 7 * 256 * 1024 + 1024 * 1024 + 5 * 91 * 1024

_PROPOSALS = "random weights find another number of regions than the trained ones: {}"
_FUSED = (
    "timm's benchmark first fuses batch norms and parallel branches (timm.utils."
    "reparameterize_model); after that the module has the published number"
)
_PUBLISHED_FUSED = (
    "efficientvit_m0", "fastvit_t8", "levit_128s", "mobileone_s0", "repghostnet_100",
    "repvgg_a0", "repvit_m0_9", "shvit_s1",
)  # fmt: skip
EXPLAINED: dict[str, str] = {
    **{f"timm:{name}": _FUSED for name in _PUBLISHED_FUSED},
    "fasterrcnn_mobilenet_v3_large_320_fpn": _PROPOSALS.format("150, published for 0"),
    "fasterrcnn_mobilenet_v3_large_fpn": _PROPOSALS.format("1,000, published for 0"),
    "fasterrcnn_resnet50_fpn": _PROPOSALS.format("279, published for 1,000"),
    "maskrcnn_resnet50_fpn": _PROPOSALS.format("and the mask head runs once a detection"),
    "keypointrcnn_resnet50_fpn": _PROPOSALS.format("and the keypoint head once a detection"),
}

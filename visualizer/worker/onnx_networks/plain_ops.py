"""ONNX ops that are known by another name and need no more than that."""

from __future__ import annotations


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in text.split())


ELEMENTWISE = _pairs(
    """
    Add:add Sum:add Mean:add Sub:sub Mul:mul Div:div Pow:pow Mod:remainder Max:maximum Min:minimum
    And:logical_and Or:logical_or Xor:logical_xor Equal:eq Greater:gt GreaterOrEqual:ge Less:lt
    LessOrEqual:le BitShift:bitwise_shift BitwiseAnd:bitwise_and BitwiseOr:bitwise_or
    BitwiseXor:bitwise_xor Where:where
    """
)

PLAIN = _pairs(
    """
    Abs:abs Acos:acos Acosh:acosh Asin:asin Asinh:asinh Atan:atan Atanh:atanh Ceil:ceil Cos:cos
    Cosh:cosh Erf:erf Exp:exp Floor:floor IsInf:isinf IsNaN:isnan Log:log Neg:neg Not:logical_not
    BitwiseNot:bitwise_not Reciprocal:reciprocal Round:round Sign:sign Sin:sin Sinh:sinh Sqrt:sqrt
    Tan:tan Tanh:tanh Relu:relu Sigmoid:sigmoid Softplus:softplus Softsign:softsign Mish:mish
    HardSwish:hardswish Swish:silu SwiGLU:swiglu PRelu:prelu RotaryEmbedding:rotary_embedding
    Identity:alias Expand:expand Tile:tile Range:arange EyeLike:eye ConstantOfShape:full
    RandomNormal:randn RandomNormalLike:randn_like RandomUniform:rand RandomUniformLike:rand_like
    Bernoulli:bernoulli Multinomial:multinomial NonZero:nonzero NonMaxSuppression:nms
    Unique:unique Compress:masked_select GatherElements:gather GatherND:getitem
    ScatterND:index_put ScatterElements:scatter Scatter:scatter TensorScatter:index_copy
    ReverseSequence:flip Col2Im:fold CenterCropPad:pad GridSample:grid_sample MaxRoiPool:roi_pool
    MaxUnpool:max_unpool2d BlackmanWindow:tensor HammingWindow:tensor HannWindow:tensor
    MelWeightMatrix:tensor Shape:size Size:numel BitCast:view StringNormalizer:copy OneHot:one_hot
    """
)

WITH_AXIS = _pairs(
    """
    Softmax:softmax LogSoftmax:log_softmax Hardmax:hardmax CumSum:cumsum CumProd:cumprod
    ArgMax:argmax ArgMin:argmin Concat:cat Split:split TopK:topk LpNormalization:normalize
    """
)

REDUCTIONS = _pairs(
    """
    ReduceMean:mean ReduceSum:sum ReduceMax:amax ReduceMin:amin ReduceProd:prod ReduceL1:norm
    ReduceL2:norm ReduceLogSum:log_sum ReduceLogSumExp:logsumexp ReduceSumSquare:sum_of_squares
    """
)

ACTIVATIONS: dict[str, tuple[str, dict[str, tuple[str, float | str]]]] = {
    # name of the op, then ONNX's attributes with their defaults and our names for them
    "Elu": ("elu", {"alpha": ("alpha", 1.0)}),
    "Celu": ("celu", {"alpha": ("alpha", 1.0)}),
    "Selu": ("selu", {}),
    "LeakyRelu": ("leaky_relu", {"alpha": ("negative_slope", 0.01)}),
    "HardSigmoid": ("hardsigmoid", {"alpha": ("alpha", 0.2), "beta": ("beta", 0.5)}),
    "ThresholdedRelu": ("threshold", {"alpha": ("threshold", 1.0)}),
    "Shrink": ("softshrink", {"lambd": ("lambd", 0.5), "bias": ("bias", 0.0)}),
    "Gelu": ("gelu", {"approximate": ("approximate", "none")}),
}  # fmt: skip

MICROSOFT = _pairs(
    """
    Gelu:gelu FastGelu:gelu QuickGelu:gelu BiasGelu:gelu BiasSplitGelu:gelu
    SkipLayerNormalization:skip_layer_norm EmbedLayerNormalization:embed_layer_norm
    SkipSimplifiedLayerNormalization:skip_layer_norm SimplifiedLayerNormalization:rms_norm
    SkipGroupNorm:group_norm GroupNorm:group_norm BiasAdd:add BiasSoftmax:softmax
    QuantizeLinear:quantize DequantizeLinear:dequantize QLinearSigmoid:sigmoid
    QLinearLeakyRelu:leaky_relu QLinearSoftmax:softmax RotaryEmbedding:rotary_embedding
    """
)

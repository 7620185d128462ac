"""Op families: what an op is for. Colours, filters and summaries go by family."""

from __future__ import annotations

from typing import Literal

Family = Literal[
    "input", "conv", "linear", "attention", "pool", "norm", "activation", "add", "concat",
    "elementwise", "reshape", "embedding", "recurrent", "constant", "module", "other",
]  # fmt: skip

FAMILY_TITLES: dict[Family, str] = {
    "input": "Input", "conv": "Convolution", "linear": "Linear", "attention": "Attention",
    "pool": "Pooling", "norm": "Normalization", "activation": "Activation", "add": "Addition",
    "concat": "Concatenation", "elementwise": "Elementwise", "reshape": "Reshape",
    "embedding": "Embedding", "recurrent": "Recurrent", "constant": "Constant",
    "module": "Folded module", "other": "Other",
}  # fmt: skip

_MEMBERS: dict[Family, str] = {
    "input": "input",
    "conv": "conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d deform_conv2d "
    "conv1d_relu conv2d_relu conv3d_relu conv1d_dynamic conv2d_dynamic conv3d_dynamic conv2d_add "
    "conv2d_add_relu",
    "linear": "linear linear_relu bilinear matmul mm bmm addmm baddbmm einsum dot mv tensordot "
    "outer sparse_mm linear_dynamic linear_relu_dynamic linear_dynamic_fp16 "
    "linear_relu_dynamic_fp16 linear_leaky_relu linear_tanh packed_linear grouped_mm "
    "grouped_mm_fallback",
    "attention": "scaled_dot_product_attention multi_head_attention_forward fused_attention",
    "pool": "max_pool1d max_pool2d max_pool3d avg_pool1d avg_pool2d avg_pool3d "
    "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d "
    "adaptive_max_pool2d adaptive_max_pool3d lp_pool1d lp_pool2d fractional_max_pool2d "
    "roi_align roi_pool ps_roi_align mean amax max_unpool2d",
    "norm": "batch_norm layer_norm group_norm instance_norm rms_norm local_response_norm normalize "
    "lp_norm weight_norm skip_layer_norm embed_layer_norm",
    "activation": "relu relu6 leaky_relu prelu elu selu celu gelu silu mish hardswish hardsigmoid "
    "hardtanh sigmoid tanh softmax log_softmax softplus softsign logsigmoid threshold rrelu glu "
    "log_sigmoid clamp clamp_min dropout dropout1d dropout2d dropout3d alpha_dropout "
    "feature_alpha_dropout stochastic_depth hardshrink softshrink tanhshrink softmin "
    "gumbel_softmax clamp_max logit hardmax swiglu",
    "add": "add add_relu add_scalar",
    "concat": "cat concat concatenate stack hstack vstack dstack concat_from_sequence",
    "elementwise": "sub mul div pow sqrt rsqrt exp log neg abs square maximum minimum where "
    "masked_fill reciprocal floor ceil round sign sin cos addcmul addcdiv lerp erf rsub "
    "floor_divide remainder eq ne lt le gt ge logical_and logical_or logical_not bitwise_and "
    "bitwise_or bitwise_not cumsum sum var std max min norm argmax argmin "
    "bitwise_xor isnan isinf log1p log2 expm1 tan atan atan2 hypot trunc prod cumprod logsumexp "
    "all any median nan_to_num var_mean std_mean log_sum sum_of_squares rotary_embedding "
    "erfinv lgamma isin polar angle conj linalg_norm "
    "logical_xor bitwise_shift quantize dequantize quantize_per_tensor quantize_per_channel "
    "mul_relu mul_scalar",
    "reshape": "view reshape flatten unflatten permute transpose squeeze unsqueeze expand "
    "expand_as view_as reshape_as contiguous chunk split tensor_split unbind getitem setitem "
    "select narrow slice movedim swapaxes t T mT roll flip pad repeat repeat_interleave tile "
    "unfold fold pixel_shuffle pixel_unshuffle channel_shuffle interpolate upsample to type float "
    "clone detach index_select gather take masked_select broadcast_to rot90 alias copy "
    "grid_sample topk sort argsort scatter scatter_add index_put index_add index_copy tril triu "
    "diagonal hsplit vsplit as_strided ravel data real imag H mH broadcast_tensors half bfloat16 "
    "double type_as long int bool pack_padded_sequence pad_packed_sequence nonzero nms "
    "unique view_as_complex view_as_real complex split_with_sizes pad_sequence "
    "unique_consecutive scatter_reduce fill split_to_sequence sequence_at sequence_construct",
    "embedding": "embedding embedding_bag one_hot embedding_byte embedding_4bit embedding_bag_byte "
    "embedding_bag_4bit",
    "recurrent": "lstm gru rnn_tanh rnn_relu lstm_cell gru_cell rnn_tanh_cell rnn_relu_cell "
    "quantized_lstm quantized_gru quantized_lstm_cell_dynamic quantized_gru_cell_dynamic "
    "quantized_rnn_tanh_cell_dynamic quantized_rnn_relu_cell_dynamic",
    "constant": "constant parameter zeros ones full arange linspace empty rand randn tensor eye "
    "zeros_like ones_like full_like empty_like new_zeros new_ones new_full meshgrid "
    "as_tensor scalar_tensor rand_like randn_like randint bernoulli normal tril_indices new_empty "
    "new_tensor new empty_strided",
}

_FAMILY_OF = {op: family for family, ops in _MEMBERS.items() for op in ops.split()}


def family_of(op: str) -> Family:
    """The family of an op; "other" for one not listed."""
    return _FAMILY_OF.get(op, "other")

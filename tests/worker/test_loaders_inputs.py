"""What goes into a network: guessed, or asked for."""

from __future__ import annotations

import pytest
from torch import nn

from tests.worker.recipes import recipe
from visualizer.sources import InputSpec
from visualizer.worker.loaders import (
    InputsError,
    LoadError,
    fitted,
    guess_inputs,
    guesses,
    picture_spec,
)


@pytest.mark.parametrize(
    ("network", "spec"),
    [
        (nn.Conv2d(1, 6, 5), InputSpec((1, 1, 224, 224))),
        (nn.Conv1d(40, 6, 5), InputSpec((1, 40, 1024))),
        (nn.Conv3d(3, 6, 5), InputSpec((1, 3, 16, 112, 112))),
        (nn.Sequential(nn.Embedding(100, 8), nn.Linear(8, 2)), InputSpec((1, 16), "int64")),
        (nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), InputSpec((1, 784))),
        (nn.LSTM(12, 4), InputSpec((1, 16, 12))),
        (nn.GRUCell(12, 4), InputSpec((1, 12))),
        (nn.Conv1d(1, 6, 80), InputSpec((1, 1, 16_000))),
        (nn.ConvTranspose2d(100, 6, 4), InputSpec((1, 100, 1, 1))),
        (nn.TransformerEncoderLayer(8, 2), InputSpec((1, 16, 8))),
    ],
)
def test_that_the_first_layer_tells_what_goes_in(network: nn.Module, spec: InputSpec) -> None:
    assert guess_inputs(network, "net") == (spec,)


class TwoTowers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.image_tower = nn.Conv2d(3, 8, 3)
        self.user_embedding = nn.Embedding(10, 8)
        self.price_layer = nn.Linear(5, 8)

    def forward(self, user, price, attention_mask, image, *, timesteps, extra=None):
        """Only its names count."""


def test_that_arguments_are_told_by_their_names_and_by_layers_called_like_them() -> None:
    assert guess_inputs(TwoTowers(), "net") == (
        InputSpec((1, 16), "int64", "user"),
        InputSpec((1, 5), name="price"),
        InputSpec((1, 16), "int64", "attention_mask"),
        InputSpec((1, 3, 224, 224), name="image"),
        InputSpec((1,), "int64", "timesteps"),
    )


def test_that_inputs_are_guessed_in_the_precision_of_the_weights() -> None:
    picture = guess_inputs(nn.Conv2d(3, 6, 5).bfloat16(), "net")
    assert picture == (InputSpec((1, 3, 224, 224), "bfloat16"),)
    words = guess_inputs(nn.Sequential(nn.Embedding(100, 8), nn.Linear(8, 2)).half(), "net")
    assert words == (InputSpec((1, 16), "int64"),)


class Patches(nn.Module):
    """Cuts a picture into patches of 8 by 8 and looks at each: no layer tells that it is one."""

    def __init__(self, told: int | None = None) -> None:
        super().__init__()
        self.look = nn.Linear(3 * 8 * 8, 4)
        if told:
            self.image_size = told

    def forward(self, img):
        return self.look(img.unfold(2, 8, 8).unfold(3, 8, 8).permute(0, 2, 3, 1, 4, 5).flatten(3))


def test_that_a_vector_called_picture_may_be_one() -> None:
    assert (InputSpec((1, 3, 224, 224)),) in list(guesses(Patches(), "net"))
    _, second, *_ = guesses(Patches(told=64), "net")
    assert second == (InputSpec((1, 3, 64, 64)),)


class Denoiser(nn.Module):
    """Draws by steps in time that its signature says it can do without, as diffusers' do."""

    def __init__(self) -> None:
        super().__init__()
        self.config = {"sample_size": 32, "cross_attention_dim": 768}
        self.look = nn.Conv2d(4, 8, 3)

    def forward(self, sample, encoder_hidden_states, timestep=None, attention_mask=None):
        """Only its names count."""


def test_that_the_settings_of_a_network_tell_sizes_and_widths() -> None:
    first, second, *_ = guesses(Denoiser(), "net")
    given = (InputSpec((1, 4, 32, 32), name="sample"),
             InputSpec((1, 77, 768), name="encoder_hidden_states"))  # fmt: skip
    assert first == given
    assert second == (*given, InputSpec((1,), "int64", "timestep"))


class Steps(nn.Module):
    """A step in time goes into a linear layer that comes before the convolution of the picture."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.look = nn.Linear(1, 8), nn.Conv2d(3, 8, 3)

    def forward(self, x, t, turns: int, late: bool):
        """Only its names count."""


def test_that_annotated_numbers_are_scalars_and_a_convolution_tells_before_a_linear_layer() -> None:
    found = list(guesses(Steps(), "net"))
    beside = (
        InputSpec((1,), "int64", "t"), InputSpec((), "int64", "turns", (4,)),
        InputSpec((), "bool", "late", (1,)),
    )  # fmt: skip
    assert (InputSpec((1, 3, 224, 224), name="x"), *beside) in found
    assert all(guess[2:] == beside[1:] for guess in found)


def test_that_vectors_may_be_sequences_volumes_cubes_and_sounds_without_channel() -> None:
    assert (InputSpec((1, 16, 12)),) in list(guesses(nn.Linear(12, 4), "net"))
    assert (InputSpec((1, 16_000)),) in list(guesses(nn.Conv1d(1, 4, 80), "net"))
    assert (InputSpec((1, 1, 96, 96, 96)),) in list(guesses(nn.Conv3d(1, 4, 3), "net"))


class TwoInputs(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = nn.Linear(16, 32), nn.Linear(8, 32), nn.Linear(32, 4)

    def forward(self, x, y):
        return self.c(self.a(x) + self.b(y))


def test_that_arguments_without_telling_names_may_be_for_the_parts_in_their_order() -> None:
    _, second, *_ = guesses(TwoInputs(), "net")
    assert second == (InputSpec((1, 16), name="x"), InputSpec((1, 8), name="y"))


def test_that_a_size_that_the_network_tells_is_taken() -> None:
    network = nn.Sequential(nn.Conv2d(3, 8, 16, 16))
    network[0].img_size = (384, 256)
    assert guess_inputs(network, "net")[0].shape == (1, 3, 384, 256)


def test_that_other_sizes_of_pictures_follow_the_first_guess() -> None:
    sides = [guess[0].shape[-1] for guess in guesses(nn.Conv2d(1, 6, 5), "net")]
    assert sides[:4] == [224, 256, 32, 28]


def test_that_what_cannot_be_guessed_is_asked_for() -> None:
    with pytest.raises(LoadError, match=r"cannot tell what net takes as input.*--input"):
        guess_inputs(nn.ReLU(), "net")
    with pytest.raises(LoadError, match=r"takes 2 inputs \(input1, input2\).*--input"):
        guess_inputs(nn.Bilinear(2, 2, 2), "net")
    with pytest.raises(InputsError) as raised:
        guess_inputs(nn.Bilinear(2, 2, 2), "net")
    assert [spec.name for spec in raised.value.inputs] == ["input1", "input2"]


def test_that_preprocessing_follows_the_input_asked_for() -> None:
    own = recipe("alexnet").preprocessing
    adapted = fitted(own, (InputSpec((1, 3, 448, 448)),))
    assert adapted is not None
    assert (adapted.resize, adapted.crop) == (512, (448, 448))  # twice 256 and 224
    assert fitted(own, (InputSpec((1, 3, 224, 224)),)) == own
    assert fitted(None, (InputSpec((1, 16), "int64"),)) is None


def test_that_the_input_for_a_picture_is_told_from_others() -> None:
    image, tokens = InputSpec((1, 3, 32, 32)), InputSpec((1, 16), "int64")
    assert picture_spec((tokens, image)) == image
    assert picture_spec((tokens, InputSpec((1, 768)))) is None

import pytest

from visualizer.sources import (
    InputSpec,
    ModelSource,
    SourceError,
    arranged,
    parse_input,
    parse_inputs,
    parse_source,
)


@pytest.mark.parametrize(
    ("text", "kind", "location", "factory"),
    [
        ("resnet50", "torchvision", "resnet50", ""),
        ("timm:convnext_tiny.fb_in1k", "timm", "convnext_tiny.fb_in1k", ""),
        ("paper:fig9-left", "paper", "fig9-left", ""),
        ("lecture:alexnet-2012", "lecture", "alexnet-2012", ""),
        ("nets/mine.py:build", "file_factory", "nets/mine.py", "build"),
        ("C:/my nets/mine.py:Net.small", "file_factory", "C:/my nets/mine.py", "Net.small"),
        ("package.module:build", "module_factory", "package.module", "build"),
        ("hf:nets/llama/config.json", "hf", "nets/llama/config.json", ""),
        ("my nets/größe.onnx", "file", "my nets/größe.onnx", ""),
        ("C:\\nets\\NET.PT2", "file", "C:\\nets\\NET.PT2", ""),
        ("weights.safetensors", "file", "weights.safetensors", ""),
        ("demo", "demo", "demo", ""),
    ],
)
def test_that_a_source_is_read_as_what_it_is(text, kind, location, factory):
    source = parse_source(text)
    assert (source.kind, source.location, source.factory) == (kind, location, factory)
    assert source.text == text


@pytest.mark.parametrize("where", ["nets/mine.py", "package.module"])
def test_that_a_factory_is_read_with_its_arguments(where):
    source = parse_source(f"{where}:build(width=2, kind='a:b')")
    assert (source.location, source.factory) == (where, "build")
    assert source.arguments == "width=2, kind='a:b'"
    assert source.text == f"{where}:build(width=2, kind='a:b')"
    assert parse_source(f"{where}:build()") == parse_source(f"{where}:build")


@pytest.mark.parametrize("arguments", ["", "'a.yaml'", "text='f(x).y'"])
def test_that_a_part_of_what_a_factory_returns_is_read(arguments):
    source = parse_source(f"package.module:Wrapper({arguments}).model.net")
    assert (source.factory, source.arguments, source.part) == ("Wrapper", arguments, "model.net")
    assert source.text == f"package.module:Wrapper({arguments}).model.net"


def test_that_only_the_demo_has_trained_weights_by_itself():
    assert parse_source("demo").weights == "default"
    assert parse_source("resnet50").weights == "none"
    assert parse_source("resnet50", "default").weights == "default"


def test_that_a_python_file_without_a_factory_says_how_to_name_one():
    with pytest.raises(SourceError, match=r"mine\.py:factory"):
        parse_source("mine.py")


@pytest.mark.parametrize(
    "text", ["", "timm:", "hf:", "paper:", "lecture:", "what is this?", "model.xyz/"]
)
def test_that_nonsense_is_refused_in_one_line(text):
    with pytest.raises(SourceError) as error:
        parse_source(text)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["./net", "/models/net.h5", "C:\\\\nets\\\\net", "org/name"])
def test_that_a_path_is_a_file_whatever_its_ending(text):
    assert parse_source(text) == ModelSource("file", text)


def test_that_only_python_files_and_modules_run_user_code():
    assert parse_source("a.py:build").runs_user_code
    assert parse_source("a.b:build").runs_user_code
    assert not parse_source("resnet50").runs_user_code


def test_that_inputs_are_read_with_name_and_dtype():
    assert parse_input("1x3x224x224") == InputSpec((1, 3, 224, 224))
    assert parse_input("ids=1x128:int64") == InputSpec((1, 128), "int64", "ids")


@pytest.mark.parametrize("text", ["", "3xx4", "1x3:float31", "axb", "-1x3"])
def test_that_an_unreadable_input_is_refused(text):
    with pytest.raises(SourceError):
        parse_input(text)


# ---------------------------------------------------------------------- inputs in lists and dicts


def test_that_names_with_points_make_lists_and_dictionaries():
    inputs = parse_inputs(
        ["1x2", "images.1=3x200x300", "images.0=3x224x224", "batch.ids=1x8:int64", "t=scalar"]
    )
    assert [spec.shape for spec in inputs] == [(1, 2), (3, 200, 300), (3, 224, 224), (1, 8), ()]
    args, named = arranged(inputs, "abcde")
    assert args == ("a",)
    assert named == {"images": ["c", "b"], "batch": {"ids": "d"}, "t": "e"}


def test_that_a_number_in_front_is_a_position():
    inputs = parse_inputs(["0.0=3x4x4", "0.1=3x5x5", "1x8:int64"])
    assert arranged(inputs, "abc") == ((["a", "b"], "c"), {})


@pytest.mark.parametrize(
    "text", ["1x3x224x224", "1x128:int64", "ids=1x128:int64", "images.0=3x4x4", "t=scalar:int64"]
)
def test_that_an_input_is_written_as_it_is_read(text):
    assert parse_input(text).text == text


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["a.0=1", "a.2=1"], "numbered 0, 1, 2"),
        (["a=1", "a.b=1"], "input a.b is inside a, which is an input itself"),
        (["a.b=1", "a=1"], "given twice, or is an input and a list"),
        (["a=1", "a=2"], "given twice"),
        (["a..b=1"], "cannot read input name"),
        (["1x0"], "side of 0"),
        (["1x" + "9" * 5000], "cannot read input shape"),
    ],
)
def test_that_inputs_that_contradict_each_other_are_refused_in_a_line(texts, said):
    with pytest.raises(SourceError, match=said) as raised:
        parse_inputs(texts)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("packed:4x12x80", InputSpec((4, 12, 80), packed=True)),
        ("x=packed:4x12x80:float16", InputSpec((4, 12, 80), "float16", "x", packed=True)),
        ("packed:3x5:int64@5,5,2", InputSpec((3, 5), "int64", "", (5, 5, 2), packed=True)),
    ],
)
def test_that_a_packed_sequence_is_read_and_written(text, spec):
    assert parse_input(text) == spec
    assert parse_input(spec.text) == spec


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("packed:80", "needs sequences x steps x numbers"),
        ("packed:4x12x80@12,9", "have to be 4, the longest first, each from 1 to 12"),
        ("packed:2x12x80@3,9", "the longest first"),
        ("packed:2x12x80@13,9", "each from 1 to 12"),
        ("packed:2x12x80@3,0", "each from 1 to 12"),
    ],
)
def test_that_a_packed_sequence_that_is_none_is_refused_in_a_line(text, said):
    with pytest.raises(SourceError, match=said):
        parse_input(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "grid=1x3:int64@1,16",
            "3 numbers needed behind @ in --input grid=1x3:int64@1,16, 2 given",
        ),
        ("1x3:int64@1,2,3,4", "3 numbers needed behind @ in --input 1x3:int64@1,2,3,4, 4 given"),
        ("n=scalar:int64@4,5", "1 number needed behind @ in --input n=scalar:int64@4,5, 2 given"),
    ],
)
def test_that_numbers_that_do_not_fill_an_input_are_refused_in_a_line(text, said):
    with pytest.raises(SourceError) as raised:
        parse_input(text)
    assert str(raised.value) == said


@pytest.mark.parametrize("values", [(1,), (1, 2), (1, 2, 3, 4, 5, 6)])
def test_that_numbers_that_fill_an_input_evenly_are_taken(values):
    assert parse_input("2x3:int64@" + ",".join(map(str, values))).values == values


def test_that_an_input_without_a_shape_is_told_of_scalars():
    with pytest.raises(SourceError, match="as in n=scalar:int64@4"):
        parse_input("n=:int64@4")

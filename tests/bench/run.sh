#!/bin/sh
# The benchmarks: layers at one and two threads, whole models, where their time goes, factors, then the same models in other
# runtimes and the same photographs in torchvision, where Python has them. PYTHON names that Python (python3). The machine
# is named first.
out=${1:-build}
sed -n 's/^model name[^:]*: /machine: /p' /proc/cpuinfo | head -n 1
for threads in 1 2; do
    echo "== layers, $threads thread(s)"
    OMP_NUM_THREADS=$threads "$out"/bench/bench_kernels || exit 1
done
echo "== models"
"$out"/bench/bench_models || exit 1
echo "== where the time goes"
for model in resnet20 resnet50 vit_tiny_patch8_64 vit_small_patch16_224 vit_base_patch16_224; do
    "$out"/bench/bench_layers $model 1 1 || exit 1
done
echo "== factors"
"$out"/bench/bench_input || exit 1
python=${PYTHON:-python3}
echo "== peers ($python)"
if command -v "$python" >/dev/null 2>&1; then
    "$python" tests/bench/peers.py "$out"/bench/bench_models
    "$python" tests/bench/peers_input.py "$out"/bench/bench_input
else
    echo "peers: skipped, there is no $python"
fi
echo "== ImageNet-X, two threads; pandas' process with its imports"
VISROB_PYTHON=$python "$out"/bench/bench_imagenet_x

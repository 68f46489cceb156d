"""PyTorch on the card, in float32, in TF32 and with float32 tensors multiplied in bfloat16, a line a figure: products,
ResNet50's convolutions, ResNet50, mining."""
import statistics

import torch
import torch.nn.functional as F

CONVOLUTIONS = ((64, 56, 64, 3, 1), (256, 56, 64, 1, 1), (128, 28, 128, 3, 1), (256, 14, 256, 3, 1),
                (512, 7, 512, 3, 1), (3, 224, 64, 7, 2))  # channels, side, filters, kernel, stride
BATCH = 64


def milliseconds(call, count=20):
    """The median of some calls by the card's clock, after five."""
    for _ in range(5):
        call()
    torch.cuda.synchronize()
    times = []
    for _ in range(count):
        begin, end = torch.cuda.Event(True), torch.cuda.Event(True)
        begin.record()
        call()
        end.record()
        torch.cuda.synchronize()
        times.append(begin.elapsed_time(end))
    return statistics.median(times)


def lowered(precision):
    """Entered anew for each forward pass, which rounds the weights once, as training does."""
    return torch.autocast('cuda', dtype=torch.bfloat16, enabled=precision == 'bf16')


def products(precision):
    for n in (1024, 2048, 4096, 8192):
        a, b = torch.randn(n, n, device='cuda'), torch.randn(n, n, device='cuda')

        def multiply():
            with lowered(precision):
                return a @ b

        ms = milliseconds(multiply)
        print(f'peer {precision} matmul {n}: {ms:.3f} ms {2e-9 * n ** 3 / ms:.1f} TFLOP/s', flush=True)


def convolutions(precision):
    for c, side, k, kernel, stride in CONVOLUTIONS:
        x = torch.randn(BATCH, c, side, side, device='cuda', requires_grad=True)
        w = torch.randn(k, c, kernel, kernel, device='cuda', requires_grad=True)

        def forward():
            with lowered(precision):
                return F.conv2d(x, w, stride=stride, padding=kernel // 2)

        y = forward()
        dy = torch.randn_like(y)
        ms = milliseconds(forward)
        every = milliseconds(lambda: torch.autograd.grad(forward(), (x, w), dy))
        flops = 2e-9 * y.numel() * c * kernel * kernel
        print(f'peer {precision} conv b{BATCH} {c}x{side} -> {k} k{kernel} s{stride}: forward {ms:.3f} ms'
              f' {flops / ms:.1f} TFLOP/s, all passes {every:.3f} ms', flush=True)


def resnet50(precision):
    try:
        import torchvision
    except ImportError as missing:
        return print('peer resnet50:', missing)
    net = torchvision.models.resnet50().cuda()
    net.fc = torch.nn.Linear(2048, 128).cuda()
    optimizer = torch.optim.SGD(net.parameters(), .01, momentum=.9)
    x = torch.randn(BATCH, 3, 224, 224, device='cuda')

    def step():
        optimizer.zero_grad()
        with lowered(precision):
            y = net(x)
        F.normalize(y.float()).square().sum().backward()
        optimizer.step()

    ms = milliseconds(step, 10)
    print(f'peer {precision} resnet50 training b{BATCH}: {ms:.1f} ms {1e3 * BATCH / ms:.0f} images/s', flush=True)


def mining(n):
    """Semi-hard triplets, 40 a class, by a distance matrix and a sort; with the gradient."""
    e = F.normalize(torch.randn(n, 128, device='cuda')).requires_grad_()
    labels = torch.arange(n, device='cuda') // 40

    def step():
        squared = torch.cdist(e, e) ** 2
        same = labels[:, None] == labels[None]
        negatives, order = torch.where(same, torch.full_like(squared, 1e9), squared).detach().sort(1)
        first = torch.searchsorted(negatives, squared.detach().contiguous(), right=True).clamp(max=n - 1)
        e.grad = None
        F.relu(squared - squared.gather(1, order.gather(1, first)) + .2)[same].mean().backward()

    print(f'peer mining N={n}: {milliseconds(step, 5):.2f} ms', flush=True)


torch.manual_seed(0)
torch.backends.cudnn.benchmark = True
for name, tf32 in (('fp32', False), ('tf32', True), ('bf16', False)):
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
    products(name)
    convolutions(name)
    resnet50(name)
for rows in (1800, 16384):
    mining(rows)

"""What run.sh prints of the program's JSON: cards DEVICES | losses NETWORK CPU_RUN RUN | rows BENCH."""
import json
import sys


def cards(path):
    """Usable devices of a card, one a line; with every compiler that takes it."""
    for device in json.load(open(path))['devices']:
        if not device['usable'] or 'nvidia' not in device['name'].lower():
            continue
        print(device['id'])
        for compiler in device['compilers'][1:]:
            if compiler['usable']:
                print(f"{device['id']}+{compiler['id']}")


def losses(network, cpu_run, run):
    """How far apart the first losses of two runs are."""
    try:
        cpu, own = ([json.loads(line)['loss'] for line in open(f'{r}/metrics.jsonl')] for r in (cpu_run, run))
    except OSError as missing:
        return print(f'   {network}: {missing}')
    apart = ' '.join(f'{abs(a - b) / a:.0e}' for a, b in zip(cpu[:6], own[:6]))
    print(f'   {network}: step 1 {own[0]:.7f} (cpu {cpu[0]:.7f}), apart {apart}, last {own[-1]:.4f} (cpu {cpu[-1]:.4f})')


def rows(path):
    """A line a row, and the kernels of a row by their time."""
    try:
        found = json.load(open(path))['rows']
    except ValueError:
        return print('   no result')
    for row in found:
        device = f"{row['deviceSeconds'] * 1e3:9.3f} ms on the device" if row.get('deviceSeconds') else ''
        shape = ' x '.join(map(str, row['shape']))
        print(f"   {row['op']:22} {shape:32} {row['seconds'] * 1e3:9.3f} ms {device} {row['gflops'] / 1e3:7.2f} TFLOP/s")
        kernels = sorted(row.get('kernels') or [], key=lambda k: -k['seconds'])
        total = sum(k['seconds'] for k in kernels)
        for kernel in kernels[:12]:
            print(f"      {kernel['seconds'] / total:6.1%} {kernel['kernel']}, {kernel['launches']} launches")


{'cards': cards, 'losses': losses, 'rows': rows}[sys.argv[1]](*sys.argv[2:])

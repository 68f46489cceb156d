// Graphs of kernels, of the driver's stand-in.
#include "driver.h"
#include <algorithm>

struct GraphNode
{
    Launch launch;
    std::vector<GraphNode*> dependencies;
};

struct Graph { std::vector<std::unique_ptr<GraphNode>> nodes; };

// Nodes keep the handles of the graph that it was made of; their launches are its own.
struct GraphExec { std::vector<std::pair<const GraphNode*, GraphNode>> nodes; };

namespace {

Handles<Graph>& graphs() { static auto& all = *new Handles<Graph>(); return all; }
Handles<GraphExec>& executables() { static auto& all = *new Handles<GraphExec>(); return all; }

bool has(const Graph& graph, const GraphNode* node)
{
    return std::any_of(graph.nodes.begin(), graph.nodes.end(), [=](const auto& n) { return n.get() == node; });
}

// An order that the dependencies allow, and as far from that of adding as they do: of those that may run, the last.
std::vector<Launch> ordered(const GraphExec& executable)
{
    std::vector<Launch> order;
    std::set<const GraphNode*> done;
    while (order.size() < executable.nodes.size())
        for (auto each = executable.nodes.rbegin(); each != executable.nodes.rend(); each++)
        {
            const auto& before = each->second.dependencies;
            if (done.count(each->first)
                || !std::all_of(before.begin(), before.end(), [&](const GraphNode* n) { return done.count(n) > 0; }))
                continue;
            order.push_back(each->second.launch);
            done.insert(each->first);
            break;
        }
    return order;
}

}

extern "C" {

int cuGraphCreate(Graph** graph, unsigned flags)
{
    CUDA_CALL(true);
    if (flags != 0) return CudaInvalidValue;
    *graph = graphs().create();
    return CudaSuccess;
}

int cuGraphAddKernelNode(GraphNode** node, Graph* graph, GraphNode* const* dependencies, size_t count,
    const KernelNodeParameters* parameters)
{
    CUDA_CALL(true);
    if (!graphs().has(graph)) return CudaInvalidHandle;
    auto added = std::make_unique<GraphNode>();
    for (size_t i = 0; i < count; i++)
    {
        // Cycles there are none: what a node depends on is there before it. Twice the same is an error, too.
        auto& all = added->dependencies;
        if (!has(*graph, dependencies[i])) return CudaInvalidValue;
        if (std::count(all.begin(), all.end(), dependencies[i])) return CudaInvalidValue;
        all.push_back(dependencies[i]);
    }
    if (int code = prepare(*parameters, added->launch)) return code;
    *node = added.get();
    graph->nodes.push_back(std::move(added));
    return CudaSuccess;
}

int cuGraphInstantiateWithFlags(GraphExec** executable, Graph* graph, unsigned long long flags)
{
    CUDA_CALL(true);
    if (!graphs().has(graph)) return CudaInvalidHandle;
    if (flags != 0) return CudaInvalidValue;
    *executable = executables().create();
    for (const auto& node : graph->nodes) (*executable)->nodes.emplace_back(node.get(), *node);
    return CudaSuccess;
}

int cuGraphExecKernelNodeSetParams(GraphExec* executable, GraphNode* node, const KernelNodeParameters* parameters)
{
    CUDA_CALL(true);
    if (!executables().has(executable)) return CudaInvalidHandle;
    for (auto& each : executable->nodes)
        if (each.first == node) return prepare(*parameters, each.second.launch);
    return CudaInvalidValue;
}

// What is launched is what it is now: parameters that are set later are the next launch's.
int cuGraphLaunch(GraphExec* executable, Stream* stream)
{
    CUDA_CALL(true);
    if (!executables().has(executable) || !driver.streams.has(stream)) return CudaInvalidHandle;
    for (Launch& launch : ordered(*executable))
        stream->issue([launch = std::move(launch)] { return runAndReport(launch); });
    return CudaSuccess;
}

int cuGraphExecDestroy(GraphExec* executable)
{
    CUDA_CALL(true);
    return executables().destroy(executable) ? CudaSuccess : CudaInvalidHandle;
}

int cuGraphDestroy(Graph* graph)
{
    CUDA_CALL(true);
    return graphs().destroy(graph) ? CudaSuccess : CudaInvalidHandle;
}

}

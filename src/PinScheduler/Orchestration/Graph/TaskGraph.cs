namespace PinScheduler.Orchestration.Graph;

/// <summary>The tasks of one version and their edges, parents first.</summary>
internal sealed class TaskGraph
{
    private readonly Dictionary<string, TaskNode> _nodes;
    private readonly Dictionary<string, List<string>> _parents;
    private readonly Dictionary<string, List<string>> _children;

    /// <exception cref="ArgumentException">The edges go in a circle; a validated pipeline's do not.</exception>
    public TaskGraph(IReadOnlyList<TaskNode> nodes)
    {
        _nodes = nodes.ToDictionary(node => node.Key, StringComparer.Ordinal);
        _parents = nodes.ToDictionary(node => node.Key, node => node.DependsOn.Distinct().ToList(), StringComparer.Ordinal);
        _children = nodes.ToDictionary(node => node.Key, _ => new List<string>(), StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            _parents[node.Key].ForEach(parent => _children[parent].Add(node.Key));
        }

        Order = Sort(nodes);
    }

    public IReadOnlyList<TaskNode> Order { get; }

    public TaskNode this[string key] => _nodes[key];

    public bool Contains(string key) => _nodes.ContainsKey(key);

    /// <summary>The parents that really run: a skipped one is replaced by its own, so that no order is lost with it.</summary>
    public IReadOnlyCollection<string> Parents(string key, Func<string, bool> isSkipped)
    {
        if (!_parents[key].Exists(parent => isSkipped(parent)))
        {
            return _parents[key];
        }

        var found = new HashSet<string>(StringComparer.Ordinal);
        Walk(key, parent => _parents[parent], isSkipped, found);
        return found;
    }

    /// <summary>The children that really run: below a skipped one, its own.</summary>
    public IReadOnlyCollection<string> Children(string key, Func<string, bool> isSkipped)
    {
        if (!_children[key].Exists(child => isSkipped(child)))
        {
            return _children[key];
        }

        var found = new HashSet<string>(StringComparer.Ordinal);
        Walk(key, child => _children[child], isSkipped, found);
        return found;
    }

    public IReadOnlyCollection<string> Below(string key)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in Order)
        {
            if (node.DependsOn.Any(parent => parent == key || found.Contains(parent)))
            {
                found.Add(node.Key);
            }
        }

        return found;
    }

    private static void Walk(string from, Func<string, IEnumerable<string>> next, Func<string, bool> isSkipped, HashSet<string> found)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(next(from));
        while (open.TryPop(out var key))
        {
            if (!seen.Add(key))
            {
                continue;
            }

            if (!isSkipped(key))
            {
                found.Add(key);
                continue;
            }

            foreach (var further in next(key))
            {
                open.Push(further);
            }
        }
    }

    private static List<TaskNode> Sort(IReadOnlyList<TaskNode> nodes)
    {
        var left = nodes.ToList();
        var sorted = new List<TaskNode>(nodes.Count);
        var placed = new HashSet<string>(StringComparer.Ordinal);
        while (left.Count > 0)
        {
            var ready = left.Where(node => node.DependsOn.All(placed.Contains)).ToList();
            if (ready.Count == 0)
            {
                throw new ArgumentException($"The tasks {string.Join(", ", left.Select(node => node.Key))} wait for each other.", nameof(nodes));
            }

            sorted.AddRange(ready);
            placed.UnionWith(ready.Select(node => node.Key));
            left.RemoveAll(node => placed.Contains(node.Key));
        }

        return sorted;
    }
}

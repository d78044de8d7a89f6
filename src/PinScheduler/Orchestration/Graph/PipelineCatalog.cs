namespace PinScheduler.Orchestration.Graph;

/// <summary>The pipelines that this server has been given, checked.</summary>
internal sealed class PipelineCatalog
{
    private readonly Dictionary<string, Pipeline> _pipelines;

    /// <exception cref="InvalidOperationException">A definition is wrong; it says all that is.</exception>
    public PipelineCatalog(IEnumerable<PipelineRegistration> registrations, IServiceProvider services)
    {
        var definitions = registrations.Select(registration => registration.Build(services)).ToList();
        var errors = definitions.SelectMany(PipelineValidator.Errors).Concat(
            definitions.GroupBy(definition => definition.Key).Where(group => group.Count() > 1).Select(group => $"There are {group.Count()} pipelines '{group.Key}'; give each a key of its own.")).ToList();
        if (errors.Count > 0)
        {
            throw new InvalidOperationException(string.Join(Environment.NewLine, errors));
        }

        _pipelines = definitions.ToDictionary(definition => definition.Key, definition => new Pipeline(definition), StringComparer.Ordinal);
    }

    public IReadOnlyCollection<Pipeline> All => _pipelines.Values;

    public Pipeline? Find(string key) => _pipelines.GetValueOrDefault(key);

    /// <exception cref="RefusedException">There is none of that key.</exception>
    public Pipeline Get(string key) => Find(key)
        ?? throw RefusedException.Unknown($"There is no pipeline '{key}'; there {(_pipelines.Count == 1 ? "is" : "are")} {string.Join(", ", _pipelines.Keys.Select(known => $"'{known}'"))}.{DidYouMean.Sentence(key, _pipelines.Keys)}");
}

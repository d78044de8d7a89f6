namespace PinScheduler.Orchestration;

/// <summary>A pipeline yet to be built, when the services that its definition needs are there.</summary>
internal sealed record PipelineRegistration(string Key, Action<IServiceProvider, PipelineBuilder> Describe)
{
    public PipelineDefinition Build(IServiceProvider services)
    {
        var builder = new PipelineBuilder(Key);
        Describe(services, builder);
        return builder.Build();
    }
}

using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PinScheduler.Orchestration.Graph;

/// <summary>What of a pipeline's definition is kept, so that an old run is understood with the graph that it ran.</summary>
internal sealed record PipelineVersion(string Title, IReadOnlyList<TaskNode> Tasks, IReadOnlyList<ParameterDefinition> Parameters)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) } };

    public static PipelineVersion Of(PipelineDefinition pipeline) => new(pipeline.Title, [.. pipeline.Tasks.Select(TaskNode.Of)], pipeline.Parameters);

    public static PipelineVersion Read(string text) => JsonSerializer.Deserialize<PipelineVersion>(text, Json)!;

    public string Write() => JsonSerializer.Serialize(this, Json);

    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, Json)))[..16];
}

using System.ComponentModel.DataAnnotations;

namespace PinScheduler.Stages.Emulate;

/// <summary>Keys of section `Pipeline` that stage `emulate` reads; a run's parameters override the first two.</summary>
internal sealed class EmulateOptions
{
    public const string Section = "Pipeline";

    [Range(0, int.MaxValue, ErrorMessage = "'Pipeline:Posts' must be 0 to 2147483647.")]
    public int Posts { get; set; } = 1000;

    /// <summary>Null: each run draws other posts, its attempts the same.</summary>
    public long? Seed { get; set; }

    /// <summary>Where the ingestion API is; empty: this server's own address.</summary>
    public string IngestionUrl { get; set; } = "";

    /// <summary>Requests under way at a time.</summary>
    [Range(1, 64, ErrorMessage = "'Pipeline:EmulateRequests' must be 1 to 64.")]
    public int EmulateRequests { get; set; } = 16;
}

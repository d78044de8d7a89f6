using Microsoft.Extensions.Options;

namespace PinScheduler.Source;

internal sealed class SourceOptionsValidator : IValidateOptions<SourceOptions>
{
    // the index is an int
    public const long MostPosts = int.MaxValue;

    public ValidateOptionsResult Validate(string? name, SourceOptions options)
    {
        var wrong = new List<string>();
        if (options.Posts is < 1 or > MostPosts)
        {
            wrong.Add($"'{SourceOptions.Section}:Posts' is {options.Posts}; it must be 1 to {MostPosts}.");
        }

        if (options.EdgeShare is not (>= 0 and <= 1))
        {
            wrong.Add($"'{SourceOptions.Section}:EdgeShare' is {options.EdgeShare}; it must be 0 to 1.");
        }

        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}

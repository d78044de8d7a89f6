using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace PinScheduler.Cli;

/// <summary>Examples below each verb's help.</summary>
internal static class HelpExamples
{
    /// <summary>By verb, "" for the root's; each what follows `pinscheduler`.</summary>
    public static IReadOnlyDictionary<string, string[]> ByVerb { get; } = new Dictionary<string, string[]>
    {
        [""] = ["run --wait", "runs", "show 12", "logs 12 clean-pin -f", "results popular_category_by_country --format csv", "runs --server http://127.0.0.1:6001 --json"],
        ["serve"] = ["serve", "serve --Urls=http://127.0.0.1:6001 --Pipeline:Posts=500"],
        ["broker"] = ["broker --data data"],
        ["services"] = ["services"],
        ["run"] = ["run --wait", "run --posts 5000 --wait --results", "run --date 2026-11-22 --posts 0 --json"],
        ["rebuild"] = ["rebuild --wait"],
        ["runs"] = ["runs", "runs --limit 100 --json"],
        ["show"] = ["show 12", "show 12 --json"],
        ["logs"] = ["logs 12 clean-pin", "logs 12 drain-pin -f"],
        ["retry"] = ["retry 12", "retry 12 --wait", "retry 12 --reason \"the disk has room again\""],
        ["cancel"] = ["cancel 12 --reason \"wrong date\""],
        ["rerun"] = ["rerun 12 clean-geo", "rerun 12 clean-geo --below --reason \"rule changed\""],
        ["succeed"] = ["succeed 12 clean-geo --reason \"loaded by hand\""],
        ["skip"] = ["skip 12 clean-geo --reason \"no data tonight\""],
        ["plan"] = ["plan --posts 500", "plan --only clean-pin clean-geo", "plan retry 12"],
        ["plan retry"] = ["plan retry 12"],
        ["plan cancel"] = ["plan cancel 12"],
        ["plan rerun"] = ["plan rerun 12 clean-geo --below"],
        ["backfill"] = ["backfill --from 2026-11-01 --to 2026-11-07 --wait", "backfill --from 2026-11-01 --to 2026-11-01 --force"],
        ["pause"] = ["pause", "pause --reason \"disk\" --until 2026-11-22T06:00Z"],
        ["resume"] = ["resume"],
        ["results"] = ["results", "results popular_category_by_country --format csv", "results popular_category_by_year --diff 3..7", "results popular_category_by_year --trend category_count --key post_year=2022 --key category=art"],
        ["tables"] = ["tables", "tables clean_pin"],
        ["lineage"] = ["lineage 12 --all", "lineage popular_category_by_country", "lineage pinterest.pin 3 1234"],
        ["clean"] = ["clean --explain pinterest.user/2026-11-25/pinterest.user+3+00000000000000000000.json:2", "clean --explain pinterest.user/2026-11-25/pinterest.user+3+00000000000000000000.json --rejected"],
        ["topics"] = ["topics", "topics pinterest.pin", "topics --all --json"],
        ["peek"] = ["peek pinterest.pin -n 5", "peek pinterest.pin --partition 3", "peek --source"],
        ["produce"] = ["produce pinterest.pin --file records.jsonl", "produce pinterest.geo --file - --key ind"],
        ["seed"] = ["seed --posts 100000"],
    };

    public static void AddTo(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new WithExamples((HelpAction)help.Action!);
    }

    private sealed class WithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        // help is asked for where arguments are missing
        public override bool ClearsParseErrors => help.ClearsParseErrors;

        public override int Invoke(ParseResult parseResult)
        {
            var code = help.Invoke(parseResult);
            if (ByVerb.TryGetValue(Verb(parseResult.CommandResult), out var examples))
            {
                Console.WriteLine("Examples:");
                foreach (var example in examples)
                {
                    Console.WriteLine("  pinscheduler " + example);
                }

                Console.WriteLine();
            }

            return code;
        }

        private static string Verb(System.CommandLine.Parsing.CommandResult of) => of.Command is RootCommand ? ""
            : of.Parent is System.CommandLine.Parsing.CommandResult above && Verb(above) is { Length: > 0 } verb ? $"{verb} {of.Command.Name}" : of.Command.Name;
    }
}

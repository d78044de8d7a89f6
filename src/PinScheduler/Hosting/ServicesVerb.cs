namespace PinScheduler.Hosting;

/// <summary>Verb `services`, for ./run: says which services the configuration names and which ./run has to bring itself.</summary>
internal static class ServicesVerb
{
    public static int Run(string[] args)
    {
        var configuration = new ConfigurationManager();
        try
        {
            ConfigurationSources.Configure(configuration, args);
            ConnectionStrings.Check(configuration);
        }
        catch (Exception exception) when (StartFailure.Explain(exception, null) is { } reason)
        {
            Console.Error.WriteLine(reason);
            return StartFailure.ExitCode;
        }

        Console.WriteLine("mysql " + (string.IsNullOrEmpty(configuration.GetConnectionString("MySql")) ? "embedded" : "configured"));
        Console.WriteLine("kafka " + (string.IsNullOrEmpty(configuration["Kafka:BootstrapServers"]) ? "embedded" : "configured"));
        return 0;
    }
}

using System.Net;

namespace PinScheduler.Hosting;

/// <summary>Until there is log-in, whoever reaches the server may do everything: so only this machine may.</summary>
internal static class LoopbackOnly
{
    /// <exception cref="InvalidOperationException">An address that others could reach.</exception>
    public static void Check(string urls)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || !IsLoopback(uri.Host))
            {
                throw new InvalidOperationException($"'Urls' is '{url}', but there is no log-in yet, so only loopback addresses are served: http://127.0.0.1:5080, say.");
            }
        }
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}

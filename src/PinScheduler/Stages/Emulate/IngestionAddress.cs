using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace PinScheduler.Stages.Emulate;

/// <summary>Where the ingestion API is: as configured, else at the address that this server has bound.</summary>
internal sealed class IngestionAddress(IServer server, IOptions<EmulateOptions> options)
{
    /// <exception cref="StageFailedException">None is configured and none bound.</exception>
    public Uri Find() => options.Value.IngestionUrl is { Length: > 0 } configured
        ? new Uri(configured)
        : server.Features.Get<IServerAddressesFeature>()?.Addresses.Select(address => new Uri(address)).OrderBy(address => address.Scheme == Uri.UriSchemeHttp ? 0 : 1).FirstOrDefault()
            ?? throw new StageFailedException("This server listens nowhere yet: set 'Pipeline:IngestionUrl' to the ingestion API's address.", retry: true);
}

using System.Net;
using System.Text.RegularExpressions;

namespace PinScheduler.Tests.Dashboard;

/// <summary>The dashboard over HTTP: pages, and acts with the antiforgery token of one of them.</summary>
internal sealed class Visitor(Uri server) : IDisposable
{
    private readonly HttpClient _http = new(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = server };
    private (string Header, string Token)? _token;

    public Task<string> PageAsync(string path) => _http.GetStringAsync("/hangfire" + path);

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync("/hangfire" + path);

    public async Task<HttpResponseMessage> ActAsync(string path, params (string Name, string Value)[] form)
    {
        if (_token is null)
        {
            var page = await PageAsync("/runs");
            string Meta(string name) => WebUtility.HtmlDecode(Regex.Match(page, $"<meta name=\"{name}\" content=\"([^\"]*)\"").Groups[1].Value);
            _token = (Meta("csrf-header"), Meta("csrf-token"));
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "/hangfire" + path) { Content = new FormUrlEncodedContent(form.Select(static field => KeyValuePair.Create(field.Name, field.Value))) };
        request.Headers.Add(_token.Value.Header, _token.Value.Token);
        return await _http.SendAsync(request);
    }

    public void Dispose() => _http.Dispose();
}

namespace WarehouseBench.Nights;

/// <summary>What one night took: seconds, of which processor seconds of the database server and of the program itself; its memory at its highest.</summary>
/// <param name="Clean">All data sets, with whatever the analyses need beside the clean tables.</param>
/// <param name="Analyses">Rollups and analyses, all of them.</param>
/// <param name="Checks">NaN where there are none.</param>
/// <param name="Whole">From the request for the run to its end.</param>
internal sealed record NightFigures(double Clean, double Analyses, double Checks, double Whole, double ServerCpu, double OwnCpu, double PeakMegabytes, string? Note = null);

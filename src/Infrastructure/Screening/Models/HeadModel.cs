using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace RandomChat.Infrastructure.Screening.Models;

/// <summary>What goes into the part that all heads share.</summary>
public sealed class HeadInput
{
    /// <summary>As <see cref="HeadText"/> reads it.</summary>
    public string Text { get; set; } = string.Empty;
}

/// <summary>What comes out of it: which words and runs of letters a text has, few of all that there are.</summary>
public sealed class HeadFeatures
{
    public VBuffer<float> Features { get; set; }
}

/// <summary>
/// One head: a calibrated logistic regression, trained and saved by ML.NET. Its sum is made here, since a pipeline of five
/// takes longer about its columns than about the sums.
/// </summary>
internal sealed class HeadModel
{
    private readonly float[] weights;
    private readonly float bias;
    private readonly PlattCalibrator calibrator;

    private HeadModel(LinearBinaryModelParameters model, PlattCalibrator calibrator)
    {
        (weights, bias, this.calibrator) = ([.. model.Weights], model.Bias, calibrator);
    }

    /// <exception cref="FormatException">The file holds another kind of model.</exception>
    public static HeadModel Load(MLContext context, string path) =>
        context.Model.Load(path, out _) is ISingleFeaturePredictionTransformer<CalibratedModelParametersBase<LinearBinaryModelParameters, PlattCalibrator>> { Model: var model }
            ? new(model.SubModel, model.Calibrator)
            : throw new FormatException($"{Path.GetFileName(path)} holds no calibrated logistic regression");

    /// <summary>0 to 1: how sure the head is.</summary>
    public double Score(in VBuffer<float> features)
    {
        var sum = bias;
        var values = features.GetValues();
        if (features.IsDense)
        {
            for (var at = 0; at < values.Length; at++)
            {
                sum += values[at] * weights[at];
            }
        }
        else
        {
            var slots = features.GetIndices();
            for (var at = 0; at < values.Length; at++)
            {
                sum += values[at] * weights[slots[at]];
            }
        }

        return 1 / (1 + Math.Exp((calibrator.Slope * sum) + calibrator.Offset));
    }
}

"""Keras's layers that are not here, by what they are, and the error that says so."""

import sys

_GROUPS = {
    "a convolution": """
        Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose Convolution1D
        Convolution1DTranspose Convolution2D Convolution2DTranspose Convolution3D Convolution3DTranspose
        DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D SeparableConvolution1D
        SeparableConvolution2D ConvLSTM1D ConvLSTM2D ConvLSTM3D""",
    "a pooling layer": """
        AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D
        AdaptiveMaxPooling2D AdaptiveMaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D
        AvgPool1D AvgPool2D AvgPool3D GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D
        GlobalAvgPool1D GlobalAvgPool2D GlobalAvgPool3D GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D
        GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D MaxPool1D MaxPool2D MaxPool3D MaxPooling1D
        MaxPooling2D MaxPooling3D""",
    "a recurrent layer": """
        Bidirectional GRU GRUCell LSTM LSTMCell Masking RNN SimpleRNN SimpleRNNCell StackedRNNCells
        TimeDistributed""",
    "an attention layer": "AdditiveAttention Attention GroupQueryAttention MultiHeadAttention",
    "an embedding": "Embedding ReversibleEmbedding",
    "a layer with several inputs": """
        Add Average Concatenate Dot Maximum Minimum Multiply Subtract add average concatenate dot maximum
        minimum multiply subtract""",
    "a layer that moves numbers": """
        Cropping1D Cropping2D Cropping3D Permute RepeatVector UpSampling1D UpSampling2D UpSampling3D
        ZeroPadding1D ZeroPadding2D ZeroPadding3D""",
    "a normalization of another kind": "GroupNormalization RMSNormalization SpectralNormalization",
    "a dropout of another kind": "GaussianDropout SpatialDropout1D SpatialDropout2D SpatialDropout3D",
    "a preprocessing layer": """
        CategoryEncoding Discretization HashedCrossing Hashing IntegerLookup MelSpectrogram Pipeline
        STFTSpectrogram StringLookup TextVectorization""",
    "a layer for images": """
        AugMix AutoContrast CenterCrop ContrastLimitedAdaptiveHistogramEqualization CutMix Equalization
        MaxNumBoundingBoxes MixUp RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter
        RandomContrast RandomCrop RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur
        RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization RandomRotation
        RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom Resizing Solarization""",
    "a layer that runs code of one's own or of another framework": """
        FlaxLayer JaxLayer Lambda TFSMLayer TorchModuleWrapper Wrapper""",
    "a product over several axes": "EinsumDense",
    "a part of layers of one's own": "InputSpec",
}

ABSENT = {name: group for group, names in _GROUPS.items() for name in names.split()}
"""From the name to what it is."""


def missing(module: str, name: str) -> Exception:
    """The error for a name that a module lacks, for it to raise from its `__getattr__`."""
    text = f"module {module!r} has no attribute {name!r}"
    if name in ABSENT:
        text = f"dlcore trains dense networks: {name} is {ABSENT[name]}, which it does not have"
        # The import statement would replace the text of an AttributeError with its own.
        if sys._getframe(2).f_globals.get("__name__") == "importlib._bootstrap":
            return ImportError(text, name=module)
    return AttributeError(text, name=name)
